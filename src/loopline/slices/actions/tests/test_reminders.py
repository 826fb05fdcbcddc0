"""Owners hear of what is due: one message a day, whatever it holds."""

from datetime import timedelta

import pytest

from loopline.platform.identity.models import User
from loopline.platform.notify.services import for_actor
from loopline.slices.actions import services
from loopline.slices.actions.jobs import remind

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def heard(who):
    return [n.text for n in reversed(for_actor(actor=who, limit=100)) if n.kind == "action"]


def test_one_message_a_person_and_day(act, cast, now):
    late, today, soon, far = (act(f"Number {n}", days=n) for n in (0, 2, 4, 9))
    day = now + 2 * DAY  # a Saturday
    act("Another’s", days=2, owner=cast.cy)
    assert remind(now=day) == 2
    assert heard(cast.bo) == ["Your 3\u00a0action items: 1 overdue, 1 due today, 1 due next"]
    assert heard(cast.cy) == ["Due today: Another’s"]
    for hours in range(14):
        assert remind(now=day + timedelta(hours=hours)) == 0
    assert len(heard(cast.bo)) == 1
    for pk in (late, today, soon):
        services.finish(actor=cast.bo, ids=[pk], now=day)
    assert remind(now=day + 2 * DAY) == 0
    assert remind(now=day + 6 * DAY) == 1
    assert heard(cast.bo)[-1] == "Due 28\u00a0Nov: Number 9"
    assert far


def test_before_on_and_weekly_until_it_is_closed(act, cast, now):
    pk = act("Call Tarn", days=4)
    days = [n for n in range(30) if remind(now=now + n * DAY)]
    assert days == [1, 4, 11, 18, 25]
    assert heard(cast.bo)[2] == "Overdue since 23\u00a0Nov: Call Tarn"
    services.wont_do(actor=cast.bo, ids=[pk], reason="No", now=now + 30 * DAY)
    assert [n for n in range(30, 60) if remind(now=now + n * DAY)] == []


def test_a_moved_day_starts_again(act, cast, now):
    pk = act(days=1)
    assert remind(now=now) == 1
    services.move_due(actor=cast.bo, ids=[pk], due=(now + 7 * DAY).date(), now=now)
    assert [n for n in range(9) if remind(now=now + n * DAY)] == [6, 7]


def test_nobody_is_told_at_night_or_after_they_left(act, cast, now):
    act(days=0)
    assert remind(now=now.replace(hour=5)) == 0
    User.objects.filter(pk=cast.bo.user_id).update(is_active=False)
    assert remind(now=now) == 0
    assert heard(cast.bo) == []


def test_reminding_asks_the_same_of_the_database_for_many_rows(
    act, cast, now, django_assert_num_queries
):
    act(days=0)
    remind(now=now)
    with django_assert_num_queries(3):
        remind(now=now)
    for n in range(30):
        act(f"Number {n}", days=0)
    with django_assert_num_queries(3):
        remind(now=now)
