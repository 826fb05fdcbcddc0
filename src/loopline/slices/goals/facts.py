"""What is known of a change of direction, frozen into its decision: how each thing stands as it is asked."""

from typing import Any

from loopline.platform.ui.formats import NONE, num, written
from loopline.slices.decisions.queries import Fact, provide_facts
from loopline.slices.goals.models import DirectionPromise, DirectionRow, KeyResult
from loopline.slices.goals.planning import PlannedBet, source
from loopline.slices.goals.rules import label


def printed(value: float | None, unit: str) -> str:
    """A value with its unit, "–" for none: 31 %, 2.4 h, 1,200 a week."""
    return NONE if value is None else written(value, unit)


def bet_stands(b: PlannedBet) -> dict[str, Any]:
    """How a bet stands, as rows of a change keep it."""
    return {
        "state": b.state, "horizon": b.horizon, "quarter": b.quarter, "paused": b.paused, "weeks": dict(b.weeks),
        "position": b.position,
    }  # fmt: skip


def key_result_stands(k: KeyResult) -> dict[str, Any]:
    """How a key result stands, as rows of a change keep it."""
    return {
        "target": k.target, "baseline": k.baseline, "unit": k.unit, "due": k.due.isoformat(),
        "dropped": k.dropped_at is not None,
    }  # fmt: skip


def _bet_said(b: PlannedBet | None) -> str:
    if b is None:
        return "not there"
    weeks = f"{num(b.total)} wk" if b.total is not None else ""
    parts = ["paused" if b.paused else b.state.replace("_", " "), label(b.quarter), weeks]
    return ", ".join(p for p in parts if p)


def _key_result_said(k: KeyResult | None) -> str:
    if k is None:
        return "not there"
    return "taken out" if k.dropped_at else f"target {num(k.target)} {k.unit}".strip()


def _direction(id_: int) -> list[Fact]:
    rows = list(DirectionRow.objects.filter(direction=id_).order_by("pk"))
    bets = {b.id: b for b in source().bets(r.ref_id for r in rows if r.kind == "bet" and r.ref_id)}
    keys = KeyResult.objects.in_bulk(
        [r.ref_id for r in rows if r.kind == "key_result" and r.ref_id]
    )
    out: list[Fact] = []
    for r in rows:
        if r.kind == "bet":
            out.append(
                (r.title, _bet_said(bets.get(r.ref_id or 0)) if r.ref_id else "not in the plan")
            )
        else:
            out.append((r.title, _key_result_said(keys.get(r.ref_id or 0))))
    open_ = DirectionPromise.objects.filter(direction=id_, state="open").count()
    return [*out, ("Promises still to be told", str(open_))]


def register() -> None:
    provide_facts("direction", _direction)
