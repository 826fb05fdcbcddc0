"""Deciding a change of direction: everything is applied at once or nothing, and can be taken back for an hour."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.notify.services import notify_person
from loopline.platform.undo import steps
from loopline.slices.decisions import services as decisions
from loopline.slices.goals.changing import drafted, locked, said
from loopline.slices.goals.computing import freeze
from loopline.slices.goals.events import DirectionClosed, DirectionDecided
from loopline.slices.goals.facts import bet_stands, key_result_stands
from loopline.slices.goals.models import Direction, DirectionRow, KeyResult
from loopline.slices.goals.planning import BetMove, handlers, source
from loopline.slices.goals.queries import promises_of
from loopline.slices.goals.services.objectives import locked_key
from loopline.slices.goals.wording import TAGS, becomes, message_of

COMPARED = ("state", "horizon", "quarter", "paused", "weeks", "target", "dropped")


def _as_it_stands(rows: Sequence[DirectionRow]) -> dict[int, dict[str, Any]]:
    """How each row's thing stands now, by row."""
    bets = {b.id: b for b in source().bets(r.ref_id for r in rows if r.kind == "bet" and r.ref_id)}
    keys = KeyResult.objects.in_bulk([r.ref_id for r in rows if r.kind == "key_result"])
    out: dict[int, dict[str, Any]] = {}
    for r in rows:
        if r.kind == "bet":
            out[r.pk] = bet_stands(bets[r.ref_id]) if r.ref_id in bets else {}
        else:
            out[r.pk] = key_result_stands(keys[r.ref_id]) if r.ref_id in keys else {}
    return out


def _same(key: str, before: Any, now_: Any) -> bool:
    """Whether a fact stands as the row has it; that work began on a bet changes no plan."""
    begun = ("committed", "in_progress")
    return before == now_ or (key == "state" and before in begun and now_ in begun)


def moved_on(rows: Sequence[DirectionRow]) -> list[str]:
    """What changed by other hands since its row was written."""
    now_ = _as_it_stands(rows)
    return [
        r.title
        for r in rows
        if not all(_same(k, r.before.get(k), now_[r.pk].get(k)) for k in COMPARED)
    ]


def _ready(d: Direction, rows: Sequence[DirectionRow]) -> None:
    if not d.why.strip():
        raise Invalid(why="Write why the direction changes; it is what everybody will ask.")
    if not rows:
        raise Invalid(rows="Nothing changes yet: say what is paused, dropped, moved or added.")
    other = moved_on(rows)
    if other:
        raise Conflict(
            f"{', '.join(other[:5])} changed since the row was written. Look at it again and save the row anew."
        )


def _moves(d: Direction, rows: Sequence[DirectionRow]) -> list[BetMove]:
    return [
        BetMove(
            r.pk, r.action, r.ref_id, r.title, r.values.get("horizon", ""), r.values.get("quarter", ""),
            r.values.get("weeks", {}), r.trade_off or f"{d.title}: {d.why}"[:2_000], r.values.get("squad", ""),
        )
        for r in rows
        if r.kind == "bet"
    ]  # fmt: skip


def _goals(
    actor: Actor, rows: Sequence[DirectionRow], d: Direction, now: datetime
) -> list[dict[str, Any]]:
    """Apply what changes of key results; answers how to take it back."""
    out = []
    for r in rows:
        if r.kind != "key_result" or r.ref_id is None:
            continue
        k = locked_key(r.ref_id)
        new: dict[str, Any] = {"target": r.values.get("target")}
        if r.action == "drop":
            new = {"dropped_at": now, "dropped_why": (r.trade_off or d.title)[:400]}
        before, after = apply_changes(k, new, now=now)
        said(
            actor,
            now,
            "direction.goal_changed",
            d,
            {"goal": k.text, **before},
            {"goal": k.text, **after},
        )
        out.append(
            {"key_result": k.pk, "version": k.version, "target": before.get("target", k.target)}
        )
    return out


def _log(actor: Actor, d: Direction, rows: Sequence[DirectionRow], now: datetime) -> int:
    """The decision, with how everything stood frozen into it. To be called before anything is applied."""
    what = "; ".join(f"{TAGS[r.action]}: {r.title}, {becomes(r)}" for r in rows)
    lost = "; ".join(r.trade_off for r in rows if r.trade_off)
    made = decisions.open_decision(
        actor=actor, question=f"Do we change direction: {d.title[:240]}?",
        options=[{"title": "Go on as planned"}, {"title": d.title, "cost": lost[:500], "learning": what[:500]}],
        about=("direction", d.pk), revisit_on=d.look_again, now=now, sample=d.sample,
    )  # fmt: skip
    why = f"{d.why}\n\n" + "\n".join(
        f"- {TAGS[r.action]}: {r.title}, {becomes(r)}{'. ' + r.trade_off if r.trade_off else ''}"
        for r in rows
    )
    decisions.decide(
        actor=actor,
        decision_id=made,
        chosen=d.title,
        rationale=why,
        revisit_on=d.look_again,
        now=now,
    )
    return made


def _tell(actor: Actor, d: Direction, rows: Sequence[DirectionRow], now: datetime) -> None:
    """Owners of what changes, and of promises; each once."""
    bets = source().bets(r.ref_id for r in rows if r.kind == "bet" and r.ref_id)
    keys = KeyResult.objects.filter(pk__in=[r.ref_id for r in rows if r.kind == "key_result"])
    theirs = (
        {b.owner_id for b in bets} | set(keys.values_list("owner_id", flat=True)) | {d.owner_id}
    )
    promised = {p.owner_id for p in promises_of(d.pk)}
    for user in sorted({u for u in theirs | promised if u} - {actor.user_id or 0}):
        extra = "; somebody you speak with was promised something else" if user in promised else ""
        notify_person(
            user_id=user, text=f"The direction changed: {d.title}{extra}", url=f"/goals/change/{d.pk}",
            kind="direction.decided", key=f"direction:{d.pk}:{now:%Y%m%d%H%M%S}:{user}", now=now,
        )  # fmt: skip


@transaction.atomic
def decide_direction(*, actor: Actor, direction_id: int, now: datetime) -> str:
    """Apply everything, log the decision, tell the owners; all or nothing. Answers the token that takes it back."""
    allow(actor, "direction.change")
    d = drafted(direction_id)
    rows = list(d.rows.order_by("pk"))
    _ready(d, rows)
    before = freeze(d.period, why=f"Before: {d.title}", by=actor.name, now=now, sample=d.sample)
    decision = _log(actor, d, rows, now)
    receipts: dict[str, Any] = {
        name: h.apply(actor, _moves(d, rows), now) for name, h in handlers().items()
    }
    made = {r["row"]: r["bet"] for found in receipts.values() for r in found if r.get("created")}
    for r in rows:
        if r.pk in made:
            r.ref_id = made[r.pk]
            r.save(update_fields=["ref_id"])
    receipts["goals"] = _goals(actor, rows, d, now)
    after = freeze(d.period, why=f"After: {d.title}", by=actor.name, now=now, sample=d.sample)
    changes: dict[str, Any] = {
        "state": "decided", "decided_at": now, "decided_by": actor.name[:160],
        "before_id": before.pk if before else None,
        "after_id": after.pk if after else None, "decision_id": decision, "receipts": receipts,
        "message": d.message or message_of(d, rows, promises_of(d.pk)),
    }  # fmt: skip
    apply_changes(d, changes, now=now)
    said(
        actor,
        now,
        "direction.decided",
        d,
        {"state": "draft"},
        {"state": "decided", "decision": f"DEC-{decision}"},
    )
    _tell(actor, d, rows, now)
    publish(DirectionDecided(d.pk, decision), actor=actor, now=now)
    return steps.offer(
        actor=actor,
        label=f"Decided {d.title}",
        inverse="direction.undecide",
        payload={"direction_id": d.pk},
        now=now,
    )


@transaction.atomic
def undecide(*, actor: Actor, direction_id: int, now: datetime) -> None:
    """Take a decided change back: a draft again, everything as it was. Raises Conflict where something moved on."""
    allow(actor, "direction.change")
    d = locked(direction_id)
    if d.state != "decided":
        raise Conflict("It is closed already." if d.state == "closed" else "It is a draft.")
    told = [p.account.name for p in promises_of(d.pk) if p.state == "told"]
    if told:
        raise Conflict(
            f"{', '.join(told[:3])} heard of it already. Draw up another change instead of taking this back."
        )
    receipts = dict(d.receipts)
    for g in receipts.pop("goals", []):
        k = locked_key(g["key_result"])
        if k.version != g["version"]:
            raise Conflict(f"“{k.text}” was changed since. Take that back first.")
        apply_changes(k, {"target": g["target"], "dropped_at": None, "dropped_why": ""}, now=now)
    known = handlers()
    created = {r["row"] for found in receipts.values() for r in found if r.get("created")}
    for name in reversed(list(receipts)):
        if name in known:
            known[name].revert(actor, receipts[name], now)
    DirectionRow.objects.filter(direction=d, pk__in=created).update(ref_id=None)
    if d.decision_id:
        decisions.change_decision(
            actor=actor, id_=d.decision_id, changes={"archived": True}, now=now
        )
    changes: dict[str, Any] = {
        "state": "draft", "decided_at": None, "decided_by": "", "decision_id": None, "after_id": None, "receipts": {},
    }  # fmt: skip
    apply_changes(d, changes, now=now)
    said(actor, now, "direction.taken_back", d, {"state": "decided"}, {"state": "draft"})


@transaction.atomic
def close_direction(*, actor: Actor, direction_id: int, now: datetime) -> None:
    """Done, once everybody who held a promise was told or it was waived."""
    allow(actor, "direction.change")
    d = locked(direction_id)
    if d.state == "draft":
        raise Conflict("Decide it first.")
    if d.state == "closed":
        return
    left = [p.account.name for p in promises_of(d.pk) if p.state == "open"]
    if left:
        more = f" and {len(left) - 4} more" if len(left) > 4 else ""
        raise Conflict(
            f"Not told yet: {', '.join(left[:4])}{more}. Tell them, or waive it with a reason."
        )
    before, after = apply_changes(d, {"state": "closed", "closed_at": now}, now=now)
    said(actor, now, "direction.closed", d, before, after)
    publish(DirectionClosed(d.pk), actor=actor, now=now)
