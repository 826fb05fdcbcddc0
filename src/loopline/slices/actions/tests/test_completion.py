"""How promises were kept, against counting one by one."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopline.slices.actions import queries, services
from loopline.slices.actions.models import ActionItem

pytestmark = pytest.mark.django_db
FIRST = date(2026, 10, 1)
DAY = timedelta(days=1)
ITEMS = st.lists(
    st.tuples(
        st.integers(0, 40),  # first due, days on
        st.integers(0, 20),  # moved by
        st.sampled_from(["open", "in_progress", "done", "wont_do"]),
        st.floats(0, 60),  # done so many days on
        st.booleans(),  # put away
    ),
    max_size=12,
)


def _stored(items, now):
    start = datetime(2026, 10, 1, tzinfo=UTC)
    return ActionItem.objects.bulk_create(
        ActionItem(
            text="x",
            original_due=FIRST + first * DAY,
            due=FIRST + (first + moved) * DAY,
            state=state,
            moves=bool(moved),
            done_at=start + timedelta(days=at) if state == "done" else None,
            created_at=now,
            updated_at=now,
            archived_at=now if away else None,
        )
        for first, moved, state, at, away in items
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(items=ITEMS, start=st.integers(0, 40), length=st.integers(1, 40), on=st.integers(0, 80))
def test_it_is_what_counting_one_by_one_gives(now, items, start, length, on):
    ActionItem.objects.all().delete()
    made = _stored(items, now)
    begin, end, today = FIRST + start * DAY, FIRST + (start + length) * DAY, FIRST + on * DAY
    due = [
        a
        for a in made
        if begin <= a.original_due < end and a.original_due < today and not a.archived_at
    ]
    got = queries.completion(begin, end, on=today)
    if not due:
        assert got is None
        return
    berlin = ZoneInfo(_zone())
    days = [(a, a.done_at.astimezone(berlin).date()) for a in due if a.state == "done"]
    assert got == queries.Completion(
        len(due),
        len([1 for a, d in days if d <= a.original_due]),
        len([1 for a, d in days if d <= a.due]),
        len(days),
        len([a for a in due if a.state == "wont_do"]),
    )
    assert 0 <= got.by_original <= got.by_moved <= got.ever <= got.due


def _zone():
    from loopline.platform.settings.options import workspace

    return workspace().zone


def test_the_three_shares_differ_where_days_were_moved(act, cast, now):
    kept, moved, late, never, dropped = (act(f"Number {n}", days=2) for n in range(5))
    services.finish(actor=cast.bo, ids=[kept], now=now + 2 * DAY)
    services.move_due(actor=cast.bo, ids=[moved], due=(now + 9 * DAY).date(), now=now)
    services.finish(actor=cast.bo, ids=[moved], now=now + 8 * DAY)
    services.finish(actor=cast.bo, ids=[late], now=now + 8 * DAY)
    services.wont_do(actor=cast.bo, ids=[dropped], reason="No", now=now)
    got = queries.completion(now.date(), (now + 30 * DAY).date(), on=(now + 30 * DAY).date())
    assert got == queries.Completion(due=5, by_original=1, by_moved=2, ever=3, dropped=1)
    assert got.share == 0.2
    assert never


def test_done_in_the_evening_counts_for_that_day_where_the_company_is(act, cast, now):
    from loopline.platform.settings import options

    options.change(actor=cast.olu, values={"zone": "America/Los_Angeles"}, now=now)
    pk = act(days=0)
    services.finish(actor=cast.bo, ids=[pk], now=datetime(2026, 11, 20, 7, 59, tzinfo=UTC))
    got = queries.completion(date(2026, 11, 19), date(2026, 11, 20), on=date(2026, 12, 1))
    assert (got.due, got.by_original) == (1, 1)


def test_nothing_due_is_none_and_not_zero(now):
    assert queries.completion(now.date(), now.date() + DAY, on=now.date() + 9 * DAY) is None
