"""When a ritual is not worth its time, why, and what to do about it. Pure.

Looked at are the last four held sessions and what was skipped since the first of them.
"""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LOOKED_AT = 4
BREAK_EVEN = 2
SKIPS = 2
READING = 10  # minutes it takes to read what a meeting would have said
STEP = 5
LEAST = 15  # minutes; below that a meeting is not shortened


@dataclass(frozen=True, slots=True)
class Past:
    """A session that is over: held or skipped, how it was rated, and what came of it."""

    held: bool
    ratings: tuple[int, ...] = ()
    decisions: int = 0
    actions: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """`kind` is rating, nothing or skipped."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What could be done: cancel, shorten or async; the minutes it would take then, the hours a month it saves."""

    kind: str
    label: str
    minutes: int
    saves: float
    first: bool = False


def median(values: Iterable[int]) -> float | None:
    found = list(values)
    return float(statistics.median(found)) if found else None


def window(past: Sequence[Past]) -> Sequence[Past]:
    """From the newest back to the fourth held one; all where fewer were held. `past` is newest first."""
    held = 0
    for place, each in enumerate(past):
        held += each.held
        if held == LOOKED_AT:
            return past[: place + 1]
    return past


def _plain(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def reasons(past: Sequence[Past]) -> list[Reason]:
    """Why to prune it, empty where there is no reason. `past` is newest first."""
    looked = window(past)
    held = [p for p in looked if p.held]
    skipped = sum(not p.held for p in looked)
    out = []
    if len(held) == LOOKED_AT:
        rated = median(r for p in held for r in p.ratings)
        if rated is not None and rated < BREAK_EVEN:
            out.append(
                Reason("rating", f"The last four were rated {_plain(rated)} of 4; 2 is break-even.")
            )
        if not any(p.decisions or p.actions for p in held):
            out.append(
                Reason(
                    "nothing",
                    "The last four decided nothing, and nobody left with something to do.",
                )
            )
    if skipped >= SKIPS:
        out.append(Reason("skipped", f"{skipped} of the last {len(looked)} were skipped."))
    return out  # fmt: skip


def cost_hours(people: int, minutes: int, a_month: float) -> float:
    """Hours a month that everybody together spends on it."""
    return people * minutes * a_month / 60


def offers(found: Sequence[Reason], *, people: int, minutes: int, a_month: float) -> list[Offer]:
    """What could be done, the recommended first; empty without a reason.

    More than one reason: cancel. Nothing comes of it: what is said can be read. Else it takes too long.
    """
    if not found:
        return []
    half = max(round(minutes / 2 / STEP) * STEP, STEP)
    made = [Offer("cancel", "Cancel it", 0, cost_hours(people, minutes, a_month))]
    if minutes > READING:
        saved = cost_hours(people, minutes - READING, a_month)
        made.append(Offer("async", "Read it instead of meeting", READING, saved))
    if minutes > LEAST:
        saved = cost_hours(people, minutes - half, a_month)
        made.append(Offer("shorten", f"Shorten it to {half} minutes", half, saved))
    kinds = {r.kind for r in found}
    best = "cancel" if len(kinds) > 1 else "async" if kinds == {"nothing"} else "shorten"
    if best not in {o.kind for o in made}:
        best = "cancel"
    marked = [Offer(o.kind, o.label, o.minutes, round(o.saves, 1), o.kind == best) for o in made]
    return sorted(marked, key=lambda o: not o.first)
