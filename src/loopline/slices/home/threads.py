"""One object's line as its page draws it: branches, what stands at each station, where the time went."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from loopline.platform.thread.marks import STATIONS, TOLD, Mark
from loopline.platform.thread.queries import Thread, lines
from loopline.platform.ui import threads as drawing
from loopline.platform.ui.formats import day
from loopline.slices.feedback import queries as feedback
from loopline.slices.feedback.rules import source_label
from loopline.slices.roadmap import queries as roadmap
from loopline.slices.told.queries import channels_of

LETTERS = "ABCDEFGH"


@dataclass(frozen=True, slots=True)
class Stop:
    """A station on the page: when, what stands there, how many more."""

    name: str
    number: int
    state: str
    when: str
    items: tuple[Any, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Spent:
    number: int
    name: str
    days: int


def _when(mark: Mark, before: Mark | None, now: datetime) -> str:
    if not mark.first:
        return mark.note
    first, last = day(mark.first, now=now), day(mark.last, now=now) if mark.last else ""
    text = f"{first} – {last}" if last and last != first else first
    if before and before.first and (mark.first - before.first).days > 0:
        text += f", after {(mark.first - before.first).days} days"
    return f"{text}, {mark.note}" if mark.note else text


def stops(thread: Thread, now: datetime) -> list[Stop]:
    out, before = [], None
    for n, s in enumerate(thread.stations, 1):
        more = max(s.mark.count - len(s.objects), 0) if s.name in ("heard", "built", "told") else 0
        out.append(
            Stop(
                s.name.capitalize(),
                n,
                s.state,
                _when(s.mark, before, now),
                s.objects[:5],
                more + max(len(s.objects) - 5, 0),
            )
        )
        before = s.mark if s.mark.first else before
    return out


def spent(thread: Thread) -> list[Spent]:
    """Days at each station until the next lit one began."""
    lit = [(n, s) for n, s in enumerate(thread.stations, 1) if s.mark.first]
    out = []
    for (n, a), (_, b) in pairwise(lit):
        if a.mark.first and b.mark.first and b.mark.first > a.mark.first:
            out.append(Spent(n, STATIONS[n - 1].capitalize(), (b.mark.first - a.mark.first).days))
    return [x for x in out if x.days > 0]


def drawn(opportunity_id: int, now: datetime) -> Any:
    """The map of an opportunity: lanes by source, a branch per bet, channels at the end.

    What was merged rides with what it was merged into, so that the lanes add up to the asks.
    """
    asks = feedback.by_ids(
        i for found in roadmap.asked_families([opportunity_id]).values() for i in found
    )
    sources = Counter(
        source_label(f.source) for f in asks.values() if f.root_id is None
    ).most_common()
    bets = [
        b
        for b in roadmap.bets_of([opportunity_id]).get(opportunity_id, [])
        if b.state != "declined"
    ]
    found = lines("bet", [b.id for b in bets], now=now)
    told, waiting = channels_of(opportunity_id)
    branches = []
    for i, b in enumerate(bets[:6]):
        line = found[b.id]
        out = line.marks[TOLD].lit or line.furthest >= 5
        branches.append(
            drawing.Branch(
                LETTERS[i] if len(bets) > 1 else "", b.title[:34] if len(bets) > 1 else "", max(line.furthest, 2),
                told if out else (), waiting if out else 0,
            )
        )  # fmt: skip
        if out:
            told, waiting = [], 0
    return drawing.layout([(n, c) for n, c in sources], branches)
