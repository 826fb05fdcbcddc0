"""The tools that are paid for: what they cost, what overlaps, what nobody owns; and what was shown to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import mean
from typing import Any

from loopline.slices.docs.queries import DocView
from loopline.slices.playbook.standup.sheets import rows_of

GONE = "Retire"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Several tools for the same thing; `cost` a month of all of them, None where no cost is known."""

    what: str
    names: tuple[str, ...]
    cost: float | None


@dataclass(frozen=True, slots=True)
class Tools:
    """`cost` a month of those whose cost is known, `unknown` how many are not; `freed` of what is to go."""

    doc: DocView
    rows: Sequence[Mapping[str, Any]]
    overlaps: tuple[Overlap, ...]
    unowned: tuple[str, ...]
    cost: float | None
    unknown: int
    freed: float


def _sum(rows: Sequence[Mapping[str, Any]]) -> float | None:
    known = [r["cost"] for r in rows if r.get("cost") is not None]
    return sum(known) if known else None


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or "A tool without a name")


def read(doc: DocView) -> Tools:
    """The inventory counted. Tools that are to be retired overlap with nothing, and need no owner."""
    rows = rows_of(doc, "tools")
    stays = [r for r in rows if r.get("answer") != GONE]
    by: dict[str, list[Mapping[str, Any]]] = {}
    for r in stays:
        for what in dict.fromkeys(r.get("for") or ()):
            by.setdefault(what, []).append(r)
    overlaps = [Overlap(w, tuple(map(_name, rs)), _sum(rs)) for w, rs in by.items() if len(rs) > 1]
    return Tools(
        doc, rows, tuple(sorted(overlaps, key=lambda o: (-(o.cost or 0), o.what))),
        tuple(_name(r) for r in stays if not r.get("owner")), _sum(rows),
        sum(r.get("cost") is None for r in rows),
        _sum([r for r in rows if r.get("answer") in ("Replace", GONE)]) or 0.0,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Training:
    """Sessions held by a day; `rating` their mean of 5 weighed by nothing, None without one."""

    doc: DocView
    rows: Sequence[Mapping[str, Any]]
    held: int
    people: int
    rating: float | None


def training(doc: DocView, on: date) -> Training:
    """The log counted up to a day; those without a day have not been held."""
    rows = rows_of(doc, "sessions")
    held = [r for r in rows if r.get("on") and date.fromisoformat(r["on"]) <= on]
    rated = [r["rating"] for r in held if r.get("rating") is not None]
    taken = sum(int(r.get("people") or 0) for r in held)
    return Training(doc, rows, len(held), taken, mean(rated) if rated else None)
