"""What differs between two frozen plans: added, removed, moved, re-scoped. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loopline.slices.goals.planning import ENDED

MOVES = ("quarter", "horizon", "state", "paused", "period", "due")
SCOPES = (
    "title",
    "weeks",
    "key_result",
    "target",
    "baseline",
    "unit",
    "metric",
    "new",
    "objective",
)
NAMES = {
    "objectives": "Objective", "key_results": "Key result", "bets": "Bet", "promises": "Promise",
}  # fmt: skip
GONE = {"declined", "dropped"}  # states in which a thing no longer counts as planned
KINDS = (
    ("added", "Added"), ("removed", "Removed"), ("moved", "Moved"), ("rescoped", "Re-scoped"),
)  # fmt: skip
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """`changes` holds (field, before, after) of what moved or was re-scoped; empty for added and removed."""

    kind: str
    section: str
    id: int
    title: str
    changes: tuple[tuple[str, Any, Any], ...] = ()


def _gone(row: Row | None) -> bool:
    return row is None or row.get("state") in GONE


def _differ(fields: Sequence[str], a: Row, b: Row) -> tuple[tuple[str, Any, Any], ...]:
    return tuple((f, a.get(f), b.get(f)) for f in fields if a.get(f) != b.get(f))


def _one(section: str, id_: int, a: Row | None, b: Row | None) -> list[Difference]:
    title = str((b or a or {}).get("title", ""))
    if _gone(a) and _gone(b):
        return []
    if _gone(b):
        finished = b is None and a is not None and a.get("state") in ENDED
        return [] if finished else [Difference("removed", section, id_, title)]
    if _gone(a):
        return [Difference("added", section, id_, title)]
    moved, scoped = _differ(MOVES, a or {}, b or {}), _differ(SCOPES, a or {}, b or {})
    out = [Difference("moved", section, id_, title, moved)] if moved else []
    return [*out, Difference("rescoped", section, id_, title, scoped)] if scoped else out


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """From one snapshot's content to another's, by section and then as they stand there.

    A thing that ended is not removed; one that was declined or dropped is. A thing may both move and be re-scoped.
    """
    out: list[Difference] = []
    for section in NAMES:
        a = {int(r["id"]): r for r in before.get(section, ())}
        b = {int(r["id"]): r for r in after.get(section, ())}
        for id_ in dict.fromkeys([*a, *b]):
            out += _one(section, id_, a.get(id_), b.get(id_))
    return out
