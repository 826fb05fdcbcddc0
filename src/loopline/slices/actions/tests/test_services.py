"""States and what they refuse, days that move, undo, who may, and what is told of it."""

from datetime import date, timedelta

import pytest

from loopline.core.problems import Conflict, Invalid, Missing, NotAllowed, Stale
from loopline.platform.audit.queries import history
from loopline.platform.events.models import OutboxEvent
from loopline.platform.identity.models import User
from loopline.platform.notify.services import for_actor
from loopline.platform.search.queries import search
from loopline.platform.undo import steps
from loopline.slices.actions import queries, services
from loopline.slices.actions.models import ActionItem

pytestmark = pytest.mark.django_db


def row(pk):
    return ActionItem.objects.get(pk=pk)


def told(kind):
    return list(OutboxEvent.objects.filter(type=kind).values_list("payload", flat=True))


def test_one_is_written_down_with_where_it_came_from(act, cast, now, account):
    tarn = account()
    pk = act("  Call   Tarn ", source=("account", tarn), type="prevent")
    a = row(pk)
    assert (a.text, a.owner_id, a.state, a.moves) == ("Call Tarn", cast.bo.user_id, "open", 0)
    assert a.due == a.original_due == date(2026, 11, 22)
    assert queries.of_source("account", tarn)[0].key == f"ACT-{pk}"
    assert told("action.created") == [
        {
            "action_item_id": pk,
            "owner_id": cast.bo.user_id,
            "source_type": "account",
            "source_id": tarn,
        }
    ]
    assert [e.action for e in history("action-item", pk, 9)] == ["action.created"]
    assert search(actor=cast.dee, text="call")[0].key == f"ACT-{pk}"


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"text": " "}, "text", "what is to be done"),
        ({"text": "x" * 401}, "text", "400"),
        ({"owner_id": None}, "owner", "one owner"),
        ({"owner_id": 987}, "owner", "not here"),
        ({"due": None}, "due", "by when"),
        ({"due": date(2026, 11, 18)}, "due", "over"),
        ({"due": date(2126, 11, 18)}, "due", "five years"),
        ({"type": "other"}, "type", "follow_up"),
        ({"source": ("account", 987)}, "source", "no such account"),
        ({"source": ("nonsense", 1)}, "source", "no such nonsense"),
        ({"work_item_id": 987}, "work_item", "no such work item"),
        ({"external_ref": "javascript://x"}, "url", "https"),
    ],
)
def test_what_is_missing_or_wrong_is_refused(cast, now, values, field, says):
    given = {"text": "Call Tarn", "owner_id": cast.bo.user_id, "due": date(2026, 11, 20)} | values
    with pytest.raises(Invalid) as refused:
        services.create(actor=cast.bo, now=now, **given)
    assert says in refused.value.errors[field]
    assert not ActionItem.objects.exists()


def test_who_only_reads_or_left_cannot_own(act, cast):
    with pytest.raises(Invalid, match="only read"):
        act(owner=cast.dee)
    User.objects.filter(pk=cast.cy.user_id).update(is_active=False)
    with pytest.raises(Invalid, match="not here"):
        act(owner=cast.cy)


def test_states_and_what_they_refuse(act, cast, now):
    pk = act()
    services.start(actor=cast.bo, action_item_id=pk, now=now)
    assert row(pk).state == "in_progress"
    services.finish(actor=cast.bo, ids=[pk], now=now)
    assert (row(pk).state, row(pk).done_at) == ("done", now)
    assert services.finish(actor=cast.bo, ids=[pk], now=now + timedelta(days=1)) == ""
    assert row(pk).done_at == now
    for refused in (
        lambda: services.start(actor=cast.bo, action_item_id=pk, now=now),
        lambda: services.wont_do(actor=cast.bo, ids=[pk], reason="No", now=now),
        lambda: services.move_due(actor=cast.bo, ids=[pk], due=now.date(), now=now),
        lambda: services.carry(actor=cast.bo, ids=[pk], to=("account", 1), now=now),
    ):
        with pytest.raises(Conflict):
            refused()
    services.reopen(actor=cast.bo, action_item_id=pk, now=now)
    assert (row(pk).state, row(pk).done_at) == ("open", None)
    with pytest.raises(Invalid):
        services.wont_do(actor=cast.bo, ids=[pk], reason="  ", now=now)
    with pytest.raises(Invalid):
        services.change(actor=cast.bo, id_=pk, changes={"state": "wont_do"}, now=now)
    services.wont_do(actor=cast.bo, ids=[pk], reason="Tarn left", now=now)
    a = row(pk)
    assert (a.state, a.reason, a.done_at) == ("wont_do", "Tarn left", None)
    services.reopen(actor=cast.bo, action_item_id=pk, now=now)
    assert row(pk).reason == ""
    assert [len(told(f"action.{k}")) for k in ("started", "finished", "dropped", "reopened")] == [
        1,
        1,
        1,
        2,
    ]


def test_unknown_states_types_and_rows(act, cast, now):
    pk = act()
    for changes in (
        {"state": "gone"},
        {"type": "gone"},
        {"text": ""},
        {"owner_id": None},
        {"due": None},
    ):
        with pytest.raises(Invalid):
            services.change(actor=cast.bo, id_=pk, changes=changes, now=now)
    with pytest.raises(Missing):
        services.finish(actor=cast.bo, ids=[pk, 987], now=now)
    assert row(pk).state == "open"


def test_the_day_first_promised_stays(act, cast, now):
    pk = act(days=3)
    for n in (5, 9, 9):
        services.move_due(actor=cast.bo, ids=[pk], due=(now + timedelta(days=n)).date(), now=now)
    a = row(pk)
    assert (a.due, a.original_due, a.moves) == (date(2026, 11, 28), date(2026, 11, 22), 2)
    with pytest.raises(Invalid):
        services.move_due(actor=cast.bo, ids=[pk], due=date(2026, 11, 18), now=now)
    assert [e["due"] for e in told("action.moved")] == ["2026-11-24", "2026-11-28"]


def test_undo_of_closing_and_moving(act, cast, now):
    one, two = act(), act("Call Lund")
    token = services.finish(actor=cast.bo, ids=[one, two], now=now)
    assert steps.undo(actor=cast.bo, token=token, now=now) == "Done: 2 action items"
    assert {row(one).state, row(two).state} == {"open"}
    assert row(one).done_at is None
    token = services.wont_do(actor=cast.bo, ids=[one], reason="No", now=now)
    steps.undo(actor=cast.bo, token=token, now=now)
    assert (row(one).state, row(one).reason) == ("open", "")
    token = services.move_due(actor=cast.bo, ids=[one, two], due=date(2026, 12, 1), now=now)
    steps.undo(actor=cast.bo, token=token, now=now)
    assert {(row(i).due, row(i).moves) for i in (one, two)} == {(date(2026, 11, 22), 0)}
    with pytest.raises(Conflict):
        steps.undo(actor=cast.bo, token=token, now=now)


def test_undo_refuses_with_both_values_when_somebody_changed_it_since(act, cast, now):
    pk = act()
    token = services.move_due(actor=cast.bo, ids=[pk], due=date(2026, 12, 1), now=now)
    services.change(actor=cast.cy, id_=pk, changes={"due": date(2026, 12, 5)}, now=now)
    with pytest.raises(Stale) as stale:
        steps.undo(actor=cast.bo, token=token, now=now)
    assert (stale.value.facts["mine"], stale.value.facts["theirs"]) == ("2026-11-22", "2026-12-05")
    assert row(pk).due == date(2026, 12, 5)


def test_a_version_that_is_old_is_refused(act, cast, now):
    pk = act()
    services.change(actor=cast.cy, id_=pk, changes={"text": "Call Lund"}, version=1, now=now)
    with pytest.raises(Stale):
        services.change(actor=cast.bo, id_=pk, changes={"text": "Call Oslo"}, version=1, now=now)


def test_carrying_over_keeps_source_and_first_day(act, cast, now, account):
    tarn, lund = account(), account("Lund")
    pk = act(source=("account", tarn))
    for _ in range(2):
        services.carry(
            actor=cast.bo, ids=[pk], to=("account", lund), due=date(2026, 11, 30), now=now
        )
    a = row(pk)
    assert (a.due, a.original_due, a.moves) == (date(2026, 11, 30), date(2026, 11, 22), 1)
    found = queries.of_sources([("account", tarn), ("account", lund)])
    assert [v.id for v in found["account", tarn]] == [pk]
    assert [v.id for v in found["account", lund]] == [pk]
    with pytest.raises(Invalid):
        services.carry(actor=cast.bo, ids=[pk], to=("account", 987), now=now)


def test_who_may_do_what(act, cast, now):
    calls = (
        lambda who, pk: act(by=who),
        lambda who, pk: services.change(actor=who, id_=pk, changes={"text": "Do it"}, now=now),
        lambda who, pk: services.move_due(actor=who, ids=[pk], due=date(2026, 12, 1), now=now),
        lambda who, pk: services.start(actor=who, action_item_id=pk, now=now),
        lambda who, pk: services.finish(actor=who, ids=[pk], now=now),
        lambda who, pk: services.reopen(actor=who, action_item_id=pk, now=now),
        lambda who, pk: services.assign(actor=who, ids=[pk], owner_id=cast.cy.user_id, now=now),
        lambda who, pk: services.wont_do(actor=who, ids=[pk], reason="No", now=now),
        lambda who, pk: services.put_back(actor=who, rows=[], now=now),
    )
    pk = act()
    for call in calls:
        with pytest.raises(NotAllowed):
            call(cast.dee, pk)
    for who in (cast.ann, cast.bo, cast.cy, cast.ada, cast.olu):
        pk = act()
        for call in calls:
            call(who, pk)
    assert queries.one(actor=cast.dee, action_item_id=pk).state == "wont_do"


def test_whoever_is_given_something_hears_of_it_once(act, cast, now, run_jobs):
    own = act()
    given = act("Write to Lund", owner=cast.ann)
    services.assign(actor=cast.bo, ids=[own], owner_id=cast.cy.user_id, now=now)
    run_jobs()
    assert for_actor(actor=cast.bo) == []
    (said,) = for_actor(actor=cast.ann)
    assert (said.text, said.url) == (
        "Bo Decider asks you, by 22\u00a0Nov: Write to Lund",
        f"/actions/{given}",
    )
    assert [n.url for n in for_actor(actor=cast.cy)] == [f"/actions/{own}"]


def test_what_people_leave_behind_is_listed(act, cast, now):
    pk, _ = act(owner=cast.cy), act(owner=cast.ann)
    User.objects.filter(pk=cast.cy.user_id).update(is_active=False)
    (left,) = queries.unowned()
    assert (left.id, left.owner_left, left.owner) == (pk, True, "Cy Shipper")
