"""Where the line loses most: waits held against a brute reckoning, numbers that open, what comes back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopline.core.problems import Invalid, NotAllowed
from loopline.platform.blocks import registry
from loopline.platform.notify.models import Notification
from loopline.platform.thread.models import ThreadRow
from loopline.platform.undo import steps
from loopline.slices.customers import services as customers
from loopline.slices.customers.models import Account
from loopline.slices.customers.services import Who
from loopline.slices.feedback.services import NewFeedback, receive_many
from loopline.slices.home.weighing import arithmetic, jobs, leverage, notnow
from loopline.slices.home.weighing.arithmetic import Waiting
from loopline.slices.roadmap import services as roadmap

WEEK, DAY = 7 * 86_400, 86_400
BRUTE = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is no failure


def line(bo, now, days, title="A problem", passed=(), account=""):
    """An opportunity asked for, its row of the read table as if it stood still for some days."""
    made = roadmap.create_opportunity(actor=bo, title=title, now=now)
    if account:
        domain = f"{account.lower()}.example"
        if not Account.objects.filter(domain=domain).exists():
            values = {"name": account, "domain": domain, "stage": "customer", "arr": 52_000}
            customers.save_account(actor=bo, changes=values, now=now)
        got = receive_many(
            actor=bo, now=now,
            asks=[
                NewFeedback("call", f"It hurts, {title}.", title,
                            who=Who("", domain, "", f"a@{domain}", "A", account)),
            ],
        )  # fmt: skip
        roadmap.link_feedback(
            actor=bo, feedback_id=got[0].id, opportunity_id=made, quote="", now=now
        )
    marks, at = (
        [[False, 0, 0, None, None, ""] for _ in range(7)],
        now - timedelta(days=days + sum(passed)),
    )
    for n in range(len(passed) + 1):
        marks[n] = [True, 1, 1, at.isoformat(), at.isoformat(), ""]
        at += timedelta(days=passed[n] if n < len(passed) else 0)
    ThreadRow.objects.update_or_create(
        object_type="opportunity", object_id=made,
        defaults={"marks": marks, "furthest": len(passed) + 1, "closed": False, "started_at": at,
                  "moved_at": now - timedelta(days=days)},
    )  # fmt: skip
    return made


seconds = st.integers(0, 400 * DAY)
accounts = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 100_000)), max_size=3, unique_by=lambda a: a[0]
)


@BRUTE
@given(st.lists(st.tuples(seconds, accounts), max_size=12), seconds, st.integers(1, 600))
def test_the_return_is_what_adding_it_up_by_hand_gives(rows, held, minutes):
    waiting = [Waiting(n, s, tuple(a)) for n, (s, a) in enumerate(rows)]
    got = arithmetic.returned(waiting, held, minutes)
    weeks = [min((s - held) / WEEK, 13) for s, _ in rows if s > held]
    assert got.threads == len(weeks)
    assert got.weeks == pytest.approx(sum(weeks))
    assert got.hours == pytest.approx(sum(weeks) * minutes / 60)
    brute = 0.0
    for account in range(1, 5):
        mine = [
            (min((s - held) / WEEK, 13), arr)
            for s, found in rows
            if s > held
            for a, arr in found
            if a == account
        ]
        if mine:
            brute += max(w for w, _ in mine) * max(arr for _, arr in mine)
    assert got.arr_weeks == pytest.approx(brute)


@BRUTE
@given(st.lists(st.integers(0, 10**7), max_size=40))
def test_waits_are_the_sorted_value_at_the_floor(values):
    got, ordered = arithmetic.summed(values), sorted(values)
    assert got.n == len(values)
    for share, said in ((0.5, got.median), (0.85, got.p85)):
        assert said == (
            ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else None
        )
    assert arithmetic.usual(got) == (got.median if got.n >= 5 else 30 * DAY)


@pytest.mark.parametrize(
    ("when", "level", "value", "back"),
    [
        ("at least", 5, 5, True), ("at least", 5, 4.9, False), ("at most", 5, 5, True), ("at most", 5, 6, False),
        ("at most", 5, None, False), ("at least", None, 9, False),
    ],
)  # fmt: skip
def test_what_is_not_measured_brings_nothing_back(when, level, value, back):
    assert arithmetic.met(when, level, value) is back


def test_each_gap_counts_what_waits_and_what_passed(db, cast, now):
    for days in (2, 4, 6, 8, 10):
        line(cast.bo, now, 1, passed=(days,))
    line(cast.bo, now, 20, "Slow", account="Tarn")
    line(cast.bo, now, 34, "Slower", account="Tarn")
    found = leverage.read(cast.dee, now)
    heard, understood = found.gaps[0], found.gaps[1]
    assert (heard.count, heard.waits.n, heard.waits.median, heard.waits.p85) == (
        2,
        5,
        6 * DAY,
        10 * DAY,
    )
    assert (understood.count, understood.waits.n, understood.waits.median) == (5, 0, None)
    assert (heard.accounts, heard.arr, heard.stalled, heard.left) == (1, 52_000, 1, 5)
    assert heard.back.weeks == pytest.approx((14 + 28) / 7)
    assert heard.back.hours == pytest.approx(6 * 20 / 60)
    assert heard.back.arr_weeks == pytest.approx(52_000 * 4)
    assert [g.station for g in found.moves] == [1]
    assert found.assumed


def test_a_number_opens_to_exactly_its_threads(db, cast, now, signed_in):
    for n in range(3):
        line(cast.bo, now, 40 + n, f"Waits {n}")
    client = signed_in(cast.dee)
    page = client.get("/leverage/waiting/1").content.decode()
    assert page.count('href="/line/opportunity/') == leverage.read(cast.dee, now).gaps[0].count == 3
    assert client.get("/leverage/waiting/9").status_code == 404


def test_the_night_keeps_it_for_the_day(db, cast, now):
    assert leverage.keep(now=now) is False
    leverage.ensure(actor=cast.bo, now=now)
    line(cast.bo, now, 40, account="Tarn")
    before = leverage.count(now)
    assert leverage.keep(now=now)
    line(cast.bo, now, 50)
    later = now + timedelta(hours=1)
    assert leverage.read(cast.dee, later) == before
    assert leverage.read(cast.dee, now + timedelta(days=1)).gaps[0].count == 2
    notnow.set_minutes(actor=cast.bo, value="40", now=now)
    again = leverage.read(cast.dee, later)
    assert (again.minutes, again.assumed, again.gaps[0].count) == (40, False, 2)


def add(bo, now, **more):
    values = {"what": "A second product", "why": "The first is not loved yet", "watch": "decisions-open",
              "when": "at least", "level": "2"}  # fmt: skip
    return notnow.add(actor=bo, values=values | more, now=now)


def test_what_comes_back_says_so_once(db, cast, now):
    from loopline.slices.decisions import services as decisions

    add(cast.bo, now)
    decisions.open_decision(actor=cast.bo, question="One?", now=now)
    assert notnow.look(now=now) == 0
    decisions.open_decision(actor=cast.bo, question="Two?", now=now)
    jobs.weigh.func()
    assert notnow.look(now=now) == 0
    (back,) = notnow.lines(cast.dee, now)
    assert back.met
    assert back.now == "2 decisions"
    told = Notification.objects.filter(kind="leverage")
    assert [n.user_id for n in told] == [cast.bo.user_id]
    assert "A second product" in told[0].text


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"what": ""}, "what"), ({"why": " "}, "why"), ({"watch": "", "back": ""}, "back"), ({"level": ""}, "level"),
        ({"level": "many"}, "level"), ({"watch": "nothing-there"}, "watch"), ({"when": "perhaps"}, "when"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_its_field(db, cast, now, more, field):
    with pytest.raises(Invalid) as wrong:
        add(cast.bo, now, **more)
    assert list(wrong.value.errors) == [field]


def test_who_reads_may_not_write_and_a_line_comes_back_by_undo(db, cast, now):
    for who in (cast.dee, cast.ann):
        with pytest.raises(NotAllowed):
            add(who, now)
        with pytest.raises(NotAllowed):
            notnow.set_minutes(actor=who, value="5", now=now)
    row = add(cast.bo, now)
    token = notnow.remove(actor=cast.bo, row_id=row, now=now)
    assert notnow.lines(cast.bo, now) == []
    steps.undo(actor=cast.bo, token=token, now=now)
    assert [n.id for n in notnow.lines(cast.bo, now)] == [row]


@pytest.mark.parametrize("who", ["dee", "ann", "bo"])
def test_the_page_opens_empty_and_full(db, cast, now, signed_in, who):
    client = signed_in(getattr(cast, who))
    assert "No line has begun" in client.get("/leverage").content.decode()
    line(cast.bo, now, 50, account="Tarn")
    add(cast.bo, now)
    page = client.get("/leverage").content.decode()
    assert "Triage the inbox" in page
    assert "A second product" in page
    assert ('action="/leverage/not-now' in page) == (who == "bo")
    assert client.post("/leverage/not-now", {}).status_code == (422 if who == "bo" else 403)
    assert client.post("/leverage/minutes", {"minutes": "-3"}).status_code == (
        422 if who == "bo" else 403
    )
    assert client.post("/leverage/minutes", {"minutes": "30"}).status_code == (
        302 if who == "bo" else 403
    )


def test_queries_do_not_grow_with_threads(db, cast, now, signed_in):
    client = signed_in(cast.dee)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/leverage").status_code == 200
        return len(seen)

    for n in range(2):
        line(cast.bo, now, 40, f"P{n}", account="Tarn")
    few = queries()
    for n in range(10):
        line(cast.bo, now, 40, f"Q{n}", account=f"Account{n}")
    assert queries() == few <= 45


def test_the_block_and_the_api_say_the_same(db, cast, now, client, token):
    nothing = registry.show(cast.dee, "leverage", {}, now)
    assert nothing.value is None
    assert nothing.missing
    line(cast.bo, now, 44, account="Tarn")
    add(cast.bo, now)
    shown = registry.show(cast.dee, "leverage", {}, now)
    assert shown.value == pytest.approx(2 * 20 / 60, abs=0.05)
    got = client.get("/api/v1/leverage", headers=token("viewer")).json()
    assert got["gaps"][0]["waiting"] == 1
    assert got["gaps"][0]["median_wait_seconds"] is None
    assert [n["what"] for n in got["not_now"]] == ["A second product"]
