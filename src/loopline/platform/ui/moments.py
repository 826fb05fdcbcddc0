"""What happened meanwhile: releases, decisions and launches, to be marked on every chart that runs over time.

Each slice offers its own kind; whoever draws asks for all that lie between two instants, and puts them on an axis.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.ui.charts import Flag

MOST = 200  # of one kind; the newest


@dataclass(frozen=True, slots=True)
class Moment:
    """Something we did: when, in a few words, and where it stands. `kind` is the object's type."""

    at: datetime
    label: str
    url: str
    kind: str


Between = Callable[[datetime, datetime], Iterable[Moment]]


@dataclass(frozen=True, slots=True)
class _Offer:
    between: Between
    permission: str


_OFFERS: dict[str, _Offer] = {}


def offer(kind: str, between: Between, permission: str = "") -> None:
    """Register a kind. `between(start, end)` answers its moments in [start, end), MOST of them at the most.

    Only those who may do `permission` see them; empty shows them to everybody who is signed in.
    """
    _OFFERS[kind] = _Offer(between, permission)


def between(
    actor: Actor, start: datetime, end: datetime, *, kinds: Sequence[str] | None = None
) -> list[Moment]:
    """What the actor may see of what happened in [start, end), oldest first; a query a kind."""
    out: list[Moment] = []
    for kind, found in _OFFERS.items():
        if (kinds is None or kind in kinds) and (
            not found.permission or may(actor, found.permission)
        ):
            out += list(found.between(start, end))[:MOST]
    return sorted(out, key=lambda m: (m.at, m.kind, m.label))


def by_period(
    moments: Iterable[Moment], starts: Sequence[datetime]
) -> list[tuple[int, list[Moment]]]:
    """Moments by the position of the period they fall into; `starts` are the periods' first instants, rising."""
    out: dict[int, list[Moment]] = {}
    for m in moments:
        at = bisect_right(starts, m.at) - 1
        if at >= 0:
            out.setdefault(at, []).append(m)
    return sorted(out.items())


def flags(moments: Iterable[Moment], starts: Sequence[datetime]) -> list[Flag]:
    """The same as small marks for `charts.lines`, one a period, numbered, each naming what it stands for."""
    return [
        Flag(
            at,
            "; ".join(m.label for m in found[:4]) + (" …" if len(found) > 4 else ""),
            str(number),
        )
        for number, (at, found) in enumerate(by_period(moments, starts), start=1)
    ]
