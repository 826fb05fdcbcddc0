"""A change of direction while it is drawn up: why, its rows, the message."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.core.text.addresses import checked_link
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.settings.options import today
from loopline.platform.undo import steps
from loopline.slices.goals.changing import drafted, locked, said, touched
from loopline.slices.goals.computing import freeze
from loopline.slices.goals.facts import bet_stands, key_result_stands
from loopline.slices.goals.models import Direction, DirectionRow, KeyResult
from loopline.slices.goals.planning import source
from loopline.slices.goals.queries import promises_of
from loopline.slices.goals.rules import checked_period, checked_way, label, period_of
from loopline.slices.goals.wording import ACTIONS, HORIZONS, message_of

MOST_ROWS, MOST_EVIDENCE = 60, 20


def _index(d: Direction) -> None:
    entry = index.Entry(
        "direction", d.pk, d.title, d.updated_at, f"DIR-{d.pk}", d.why, label(d.period), bool(d.archived_at)
    )  # fmt: skip
    index.put([entry])


def _evidence(items: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    out = []
    for item in items:
        text, url = (
            str(item.get("text") or "").strip()[:300],
            str(item.get("url") or "").strip()[:1000],
        )
        if url and not url.startswith("/"):
            url = checked_link(url)
        if text or url:
            out.append({"text": text or url, "url": url})
    if len(out) > MOST_EVIDENCE:
        raise Invalid(
            evidence=f"At most {MOST_EVIDENCE} pieces of evidence; the strongest are enough."
        )
    return out


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(changes)
    if "title" in out:
        out["title"] = " ".join(str(out["title"] or "").split())
        if not 1 <= len(out["title"]) <= 200:
            raise Invalid(title="Name the change in 1 to 200 characters.")
    for key in ("why", "message"):
        if key in out:
            out[key] = str(out[key] or "").strip()[:20_000]
    if "evidence" in out:
        out["evidence"] = _evidence(out["evidence"])
    if "period" in out:
        out["period"] = checked_period(out["period"])
    return out


@transaction.atomic
def open_direction(
    *, actor: Actor, title: str, period: str = "", why: str = "", owner_id: int | None = None, now: datetime,
    sample: bool = False,
) -> int:  # fmt: skip
    """Begin a change of direction: the plan as it is now is frozen beside it. Answers its id."""
    allow(actor, "direction.change")
    values = _checked({"title": title, "why": why, "period": period or period_of(today(now))})
    before = freeze(
        values["period"], why=f"Before: {values['title']}", by=actor.name, now=now, sample=sample
    )
    row = Direction.objects.create(
        **values,
        owner_id=owner_id or actor.user_id,
        before=before,
        created_at=now,
        updated_at=now,
        sample=sample,
    )
    said(actor, now, "direction.opened", row, {}, {"title": row.title})
    _index(row)
    return row.pk


@transaction.atomic
def change_direction(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Title, why, evidence, owner, message, the day to look again. Decided, only message, owner and that day."""
    allow(actor, "direction.change")
    row = locked(id_)
    fixed = {"title", "why", "evidence", "period"} & set(changes)
    if row.state != "draft" and fixed:
        raise Conflict("It is decided; why and what it changes stay as they were written.")
    before, after = apply_changes(row, _checked(changes), now=now, version=version)
    if after:
        said(actor, now, "direction.changed", row, before, after)
        _index(row)


@transaction.atomic
def fill_message(*, actor: Actor, direction_id: int, now: datetime) -> None:
    """Write the message anew from the rows and promises; what was there is in the history."""
    allow(actor, "direction.change")
    row = locked(direction_id)
    rows = list(row.rows.order_by("pk"))
    text = message_of(row, rows, promises_of(row.pk))
    before, after = apply_changes(row, {"message": text}, now=now)
    if after:
        said(actor, now, "direction.message_filled", row, before, after)


def _weeks(raw: Any) -> dict[str, float]:
    out = {}
    for team, value in dict(raw or {}).items():
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise Invalid(weeks="Person-weeks are a number for each team.") from None
        if not isfinite(number) or not 0 <= number <= 10_000 or not str(team).strip():
            raise Invalid(weeks="Person-weeks lie between 0 and 10,000, each for a named team.")
        out[" ".join(str(team).split())[:80]] = number
    return out


def _bet_values(action: str, values: Mapping[str, Any], period: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if values.get("quarter"):
        out["quarter"] = checked_period(values["quarter"])
    if values.get("horizon"):
        if values["horizon"] not in HORIZONS:
            raise Invalid(horizon="A horizon is now, next or later.")
        out["horizon"] = values["horizon"]
    if values.get("weeks"):
        out["weeks"] = _weeks(values["weeks"])
    if values.get("squad"):
        out["squad"] = str(values["squad"])[:80]
    if action == "add":
        out = {"quarter": period, "horizon": "now"} | out
    elif action == "move" and not out:
        raise Invalid(action="Say where it moves: another quarter, column or number of weeks.")
    return out if action in ("add", "move") else {k: v for k, v in out.items() if k == "quarter"}


def _bet_row(
    d: Direction, action: str, ref_id: int | None, title: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    found = next(iter(source().bets([ref_id])), None) if ref_id else None
    if ref_id and found is None:
        raise Invalid(bet="There is no such bet.")
    if found is None and action != "add":
        raise Invalid(bet="Choose the bet.")
    name = found.title if found else " ".join(title.split())[:200]
    if not name:
        raise Invalid(title="Choose a bet, or name a new one.")
    if found and action != "add" and not found.live:
        raise Invalid(
            bet=f"“{found.title}” is {'paused' if found.paused else found.state} already."
        )
    return {
        "title": name, "before": bet_stands(found) if found else {}, "values": _bet_values(action, values, d.period),
    }  # fmt: skip


def _key_row(action: str, ref_id: int | None, values: Mapping[str, Any]) -> dict[str, Any]:
    k = KeyResult.objects.filter(pk=ref_id or 0, archived_at=None).first()
    if k is None or k.dropped_at:
        raise Invalid(key_result="Choose a key result that is not taken out.")
    new: dict[str, Any] = {}
    if action == "target":
        try:
            new["target"] = float(values["target"])
        except (KeyError, TypeError, ValueError):
            raise Invalid(target="Write the new target as a number.") from None
        if not isfinite(new["target"]):
            raise Invalid(target="Write the new target as a number.")
        checked_way(k.baseline, new["target"], k.direction)
    return {"title": k.text, "before": key_result_stands(k), "values": new}


@transaction.atomic
def put_row(
    *, actor: Actor, direction_id: int, kind: str, action: str, ref_id: int | None = None, title: str = "",
    values: Mapping[str, Any] | None = None, trade_off: str = "", now: datetime,
) -> int:  # fmt: skip
    """What becomes of one bet or key result; the same thing again replaces its row. Answers the row's id."""
    allow(actor, "direction.change")
    d = drafted(direction_id)
    if kind not in ACTIONS or action not in dict(ACTIONS[kind]):
        known = ", ".join(a for each in ACTIONS.values() for a, _ in each)
        raise Invalid(action=f"A bet or a key result changes by one of: {known}.")
    made = (
        _bet_row(d, action, ref_id, title, values or {})
        if kind == "bet"
        else _key_row(action, ref_id, values or {})
    )
    made |= {"action": action, "trade_off": trade_off.strip()[:400]}
    if ref_id:
        row, _ = DirectionRow.objects.update_or_create(
            direction=d, kind=kind, ref_id=ref_id, defaults=made
        )
    else:
        row = DirectionRow.objects.create(direction=d, kind=kind, ref_id=None, **made)
    if d.rows.count() > MOST_ROWS:
        raise Conflict(f"At most {MOST_ROWS} rows; a change larger than that is a new plan.")
    touched(d, now)
    said(actor, now, "direction.row_written", d, {}, {"what": row.title, "action": action})
    return row.pk


@transaction.atomic
def drop_row(*, actor: Actor, direction_id: int, row_id: int, now: datetime) -> str:
    """Leave one thing as it is. Answers the token that brings the row back."""
    allow(actor, "direction.change")
    d = drafted(direction_id)
    row = d.rows.filter(pk=row_id).first()
    if row is None:
        raise Missing("row")
    kept = {
        "direction_id": d.pk, "kind": row.kind, "action": row.action, "ref_id": row.ref_id, "title": row.title,
        "values": row.values, "trade_off": row.trade_off,
    }  # fmt: skip
    row.delete()
    touched(d, now)
    said(actor, now, "direction.row_left_out", d, {"what": kept["title"]}, {})
    return steps.offer(
        actor=actor,
        label=f"Left out {kept['title']}",
        inverse="direction.restore_row",
        payload=kept,
        now=now,
    )
