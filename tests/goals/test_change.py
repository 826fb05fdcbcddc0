"""A change of direction: drawn up, decided as a whole or not at all, taken back, closed when everybody was told."""

import pytest

from loopline.core.problems import Conflict, Invalid, NotAllowed
from loopline.platform.jobs.worker import run_until_empty
from loopline.platform.notify.services import for_actor
from loopline.platform.undo.steps import undo
from loopline.slices.decisions.models import Decision
from loopline.slices.feedback.models import Feedback
from loopline.slices.goals import planning, queries, services
from loopline.slices.goals.changing import candidates
from loopline.slices.goals.comparing import difference
from loopline.slices.goals.models import Direction, DirectionPromise, KeyResult
from loopline.slices.roadmap import services as roadmap
from loopline.slices.roadmap.models import Bet
from loopline.slices.told.models import FollowUp
from loopline.slices.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(cast, quarter, now):
    """Pauses the import, drops overtime, grows the swaps, adds a new bet, and changes both key results."""
    bo = cast.bo
    made = services.open_direction(
        actor=bo, title="Proof of rest first", period=quarter.period, now=now
    )
    services.change_direction(
        actor=bo, id_=made, changes={"why": "A ruling of 9 November."}, now=now
    )

    def row(kind, action, ref=None, **more):
        return services.put_row(
            actor=bo, direction_id=made, kind=kind, action=action, ref_id=ref, now=now, **more
        )

    swap, sheets, overtime = quarter.bets
    row("bet", "pause", sheets, values={"quarter": "2027-Q1"}, trade_off="Imports wait")
    row("bet", "drop", overtime, trade_off="Nobody sees overtime first")
    row("bet", "move", swap, values={"weeks": {"Platform": 5}})
    row(
        "bet", "add", title="Proof of rest", values={"weeks": {"Platform": 11}, "squad": "Platform"}
    )
    row("key_result", "target", quarter.measured, values={"target": 40})
    row("key_result", "drop", quarter.typed, trade_off="No longer ours")
    return made


def _as_it_is():
    bets = Bet.objects.order_by("pk").filter(archived_at=None)
    return (
        list(bets.values_list("title", "state", "horizon", "quarter", "paused_at", "committed_at")),
        list(KeyResult.objects.order_by("pk").values_list("target", "dropped_at")),
        list(WorkItem.objects.values_list("state", flat=True)),
    )


def test_deciding_applies_everything_and_logs_it(cast, quarter, change, now, run_jobs):
    services.decide_direction(actor=cast.cy, direction_id=change, now=now)
    swap, sheets, overtime = (Bet.objects.get(pk=b) for b in quarter.bets)
    assert (sheets.paused_at, sheets.quarter) == (now, "2027-Q1")
    assert overtime.state == "declined"
    assert dict(swap.estimates.values_list("team", "weeks")) == {"Platform": 5}
    new = Bet.objects.get(title="Proof of rest")
    assert (new.state, new.quarter, new.horizon) == ("committed", quarter.period, "now")
    measured, typed = (KeyResult.objects.get(pk=k) for k in (quarter.measured, quarter.typed))
    assert (measured.target, typed.dropped_at) == (40, now)
    assert WorkItem.objects.get().state == "backlog"
    d = queries.direction(actor=cast.bo, direction_id=change)
    assert (d.state, d.decided_by) == ("decided", "Cy Shipper")
    logged = Decision.objects.get(pk=d.decision_id)
    assert (logged.state, logged.chosen) == ("decided", "Proof of rest first")
    assert ["Sheet import", "committed, Q4 2026, 9 wk"] in logged.inputs
    assert "A ruling of 9 November." in logged.rationale
    assert "paused, back in Q1 2027. Imports wait" in logged.rationale
    kinds = {(x.kind, x.title) for x in difference(d.before.content, d.after.content)}
    assert {("added", "Proof of rest"), ("moved", "Sheet import"), ("removed", "Overtime"),
            ("removed", "Days to close"), ("rescoped", "Sites that swapped")} <= kinds  # fmt: skip
    assert "Proof of rest" in d.message
    assert "The direction changed" in for_actor(actor=cast.bo)[0].text
    assert for_actor(actor=cast.ann)
    assert not for_actor(actor=cast.cy)


def _drafts():
    found = FollowUp.objects.filter(occasion="decision", state="draft")
    return set(found.values_list("pk", flat=True))


def test_undo_puts_everything_back_and_nothing_is_sent(cast, quarter, change, now, run_jobs):
    other = roadmap.create_opportunity(actor=cast.bo, title="Overtime is a surprise", now=now)
    said = Feedback.objects.order_by("pk").values_list("pk", flat=True)[0]
    roadmap.link_feedback(actor=cast.bo, feedback_id=said, opportunity_id=other, quote="", now=now)
    roadmap.change_bet(
        actor=cast.bo, id_=quarter.bets[2], changes={"opportunity_id": other}, now=now
    )
    run_until_empty()
    before, drafts = _as_it_is(), _drafts()
    token = services.decide_direction(actor=cast.bo, direction_id=change, now=now)
    run_until_empty()
    assert _drafts() > drafts
    undo(actor=cast.bo, token=token, now=now)
    run_until_empty()
    assert _as_it_is() == before
    d = Direction.objects.get(pk=change)
    assert (d.state, d.decision_id, d.receipts) == ("draft", None, {})
    assert not Decision.objects.filter(archived_at=None, about_type="direction").exists()
    assert _drafts() <= drafts
    services.decide_direction(actor=cast.bo, direction_id=change, now=now)
    assert Bet.objects.filter(title="Proof of rest", archived_at=None).count() == 1


def test_undo_refuses_once_a_bet_moved_on_or_somebody_was_told(cast, quarter, change, now):
    waiting = candidates(Direction.objects.get(pk=change), now)
    services.add_promises(
        actor=cast.bo, direction_id=change, now=now,
        promises=[services.NewPromise(w.account_id, w.bet_id) for w in waiting],
    )  # fmt: skip
    token = services.decide_direction(actor=cast.bo, direction_id=change, now=now)
    roadmap.change_bet(actor=cast.bo, id_=quarter.bets[1], changes={"title": "Other"}, now=now)
    with pytest.raises(Conflict, match="changed since"):
        undo(actor=cast.bo, token=token, now=now)
    assert Direction.objects.get(pk=change).state == "decided"
    assert Bet.objects.get(pk=quarter.bets[2]).state == "declined"
    first = DirectionPromise.objects.order_by("pk").first()
    services.settle_promise(
        actor=cast.bo, direction_id=change, promise_id=first.pk, state="told", now=now
    )
    with pytest.raises(Conflict, match="heard of it already"):
        undo(actor=cast.bo, token=token, now=now)


@pytest.fixture
def later_slice_refuses():
    """A slice that applies its part last and cannot."""

    def refuse(_actor, _moves, _now):
        raise Conflict("This tracker is closed for today.")

    planning.on_decide("refuses", planning.Handler(refuse, lambda *_: None))
    yield
    del planning._HANDLERS["refuses"]


def test_one_refusal_leaves_all_as_it_was(cast, quarter, change, now, later_slice_refuses):
    before = _as_it_is()
    with pytest.raises(Conflict, match="closed for today"):
        services.decide_direction(actor=cast.cy, direction_id=change, now=now)
    assert _as_it_is() == before
    assert not Decision.objects.filter(about_type="direction").exists()
    assert not for_actor(actor=cast.bo)
    assert Direction.objects.get(pk=change).state == "draft"


def test_what_moved_on_since_its_row_is_named(cast, quarter, change, now):
    roadmap.mark_started(actor=cast.bo, bet_id=quarter.bets[0], now=now)
    roadmap.plan_bet(actor=cast.bo, bet_id=quarter.bets[1], weeks={"Platform": 12}, now=now)
    with pytest.raises(Conflict, match="Sheet import changed since"):
        services.decide_direction(actor=cast.bo, direction_id=change, now=now)
    services.put_row(
        actor=cast.bo,
        direction_id=change,
        kind="bet",
        action="pause",
        ref_id=quarter.bets[1],
        now=now,
    )
    services.decide_direction(actor=cast.bo, direction_id=change, now=now)


def test_a_draft_without_why_or_rows_cannot_be_decided(cast, quarter, now):
    made = services.open_direction(actor=cast.bo, title="Something", period=quarter.period, now=now)
    with pytest.raises(Invalid, match="why the direction changes"):
        services.decide_direction(actor=cast.bo, direction_id=made, now=now)
    services.change_direction(actor=cast.bo, id_=made, changes={"why": "Because."}, now=now)
    with pytest.raises(Invalid, match="Nothing changes yet"):
        services.decide_direction(actor=cast.bo, direction_id=made, now=now)
    for actor in (cast.ann, cast.dee):
        with pytest.raises(NotAllowed):
            services.decide_direction(actor=actor, direction_id=made, now=now)


def test_those_who_wait_are_proposed_with_their_worth_and_words(cast, quarter, change, now):
    found = candidates(Direction.objects.get(pk=change), now)
    assert [(w.account, int(w.worth)) for w in found] == [
        ("Tarn Valley", 184_000),
        ("Penhall", 74_000),
    ]
    ids = services.add_promises(
        actor=cast.bo, direction_id=change, now=now,
        promises=[services.NewPromise(found[0].account_id, found[0].bet_id)],
    )  # fmt: skip
    p = DirectionPromise.objects.get(pk=ids[0])
    assert (p.old, p.new) == ("Sheet import in Q4 2026", "Sheet import in Q1 2027")
    assert p.owner_id == cast.ann.user_id
    assert len(candidates(Direction.objects.get(pk=change), now)) == 1
    again = services.add_promises(
        actor=cast.bo, direction_id=change, now=now,
        promises=[services.NewPromise(found[0].account_id, found[0].bet_id)],
    )  # fmt: skip
    assert again == []


def test_it_closes_only_when_each_is_told_or_waived(cast, quarter, change, now):
    found = candidates(Direction.objects.get(pk=change), now)
    first, second = services.add_promises(
        actor=cast.bo, direction_id=change, now=now,
        promises=[services.NewPromise(w.account_id, w.bet_id) for w in found],
    )  # fmt: skip
    with pytest.raises(Conflict, match="Decide first"):
        services.settle_promise(
            actor=cast.ann, direction_id=change, promise_id=first, state="told", now=now
        )
    services.decide_direction(actor=cast.bo, direction_id=change, now=now)
    with pytest.raises(Conflict, match="Tarn Valley, Penhall"):
        services.close_direction(actor=cast.bo, direction_id=change, now=now)
    services.settle_promise(
        actor=cast.ann, direction_id=change, promise_id=first, state="told", now=now
    )
    with pytest.raises(Invalid, match="why they need not"):
        services.settle_promise(
            actor=cast.bo, direction_id=change, promise_id=second, state="waived", now=now
        )
    with pytest.raises(NotAllowed):
        services.settle_promise(
            actor=cast.dee, direction_id=change, promise_id=second, state="told", now=now
        )
    services.settle_promise(
        actor=cast.bo,
        direction_id=change,
        promise_id=second,
        state="waived",
        note="They left",
        now=now,
    )
    services.close_direction(actor=cast.bo, direction_id=change, now=now)
    assert Direction.objects.get(pk=change).state == "closed"


@pytest.mark.parametrize(
    ("kind", "action", "more", "says"),
    [
        ("bet", "pause", {}, "Choose the bet"), ("bet", "pause", {"ref_id": 999}, "no such bet"),
        ("bet", "add", {}, "Choose a bet, or name a new one"), ("bet", "target", {}, "one of"),
        ("cat", "pause", {}, "one of"), ("key_result", "target", {"ref_id": 999}, "Choose a key result"),
        ("bet", "add", {"title": "New", "values": {"weeks": {"A": "many"}}}, "a number"),
        ("bet", "add", {"title": "New", "values": {"quarter": "soon"}}, "2026-Q4"),
    ],
)  # fmt: skip
def test_rows_that_make_no_sense_are_refused(cast, quarter, now, kind, action, more, says):
    made = services.open_direction(actor=cast.bo, title="Something", period=quarter.period, now=now)
    with pytest.raises(Invalid, match=says):
        services.put_row(
            actor=cast.bo, direction_id=made, kind=kind, action=action, now=now, **more
        )


def test_a_row_left_out_comes_back_and_decided_ones_stay(cast, change, now):
    d = Direction.objects.get(pk=change)
    row = d.rows.order_by("pk").first()
    token = services.drop_row(actor=cast.bo, direction_id=change, row_id=row.pk, now=now)
    assert d.rows.count() == 5
    undo(actor=cast.bo, token=token, now=now)
    assert d.rows.count() == 6
    services.decide_direction(actor=cast.bo, direction_id=change, now=now)
    with pytest.raises(Conflict, match="decided"):
        services.drop_row(actor=cast.bo, direction_id=change, row_id=d.rows.first().pk, now=now)
    with pytest.raises(Conflict, match="decided"):
        services.change_direction(actor=cast.bo, id_=change, changes={"why": "Other"}, now=now)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example/a", "not an address"])
def test_evidence_leads_only_to_the_web(cast, quarter, now, url):
    made = services.open_direction(actor=cast.bo, title="Something", period=quarter.period, now=now)
    with pytest.raises(Invalid):
        services.change_direction(
            actor=cast.bo, id_=made, changes={"evidence": [{"text": "x", "url": url}]}, now=now
        )
