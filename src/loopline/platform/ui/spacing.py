"""Scales in round numbers, and labels that do not lie on one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isnan, log10


def apart(places: Sequence[float], gap: float) -> list[float]:
    """How far to move each place so that any two are at least `gap` apart, in their order, each as little as needed.

    Neighbours too close are set around their common middle (pool adjacent violators).
    """
    order = sorted(range(len(places)), key=lambda at: places[at])
    groups: list[tuple[float, list[int]]] = []  # the middle of a run, its members
    for at in order:
        groups.append((places[at], [at]))
        while len(groups) > 1:
            (above, before), (below, after) = groups[-2], groups[-1]
            room = gap * (len(before) + len(after)) / 2
            if below - above >= room:
                break
            members = before + after
            groups[-2:] = [(sum(places[i] for i in members) / len(members), members)]
    moved = [0.0] * len(places)
    for middle, members in groups:
        for rank, at in enumerate(members):
            moved[at] = middle + gap * (rank - (len(members) - 1) / 2) - places[at]
    return moved


LARGEST, SMALLEST = 1e15, 1e-12  # of a scale and of its step


def _held(value: float) -> float:
    return 0.0 if isnan(value) else max(-LARGEST, min(LARGEST, float(value)))


def axis(values: Sequence[float], lo: float | None, hi: float | None) -> tuple[float, float, float]:
    """Ends and step of a scale in round numbers; zero is on it unless the caller starts elsewhere.

    Values come from outside: what is no number, or too large to be told from its neighbours, is held within LARGEST.
    """
    held = [_held(v) for v in values]
    least = min([*held, 0.0]) if lo is None else _held(lo)
    most = max([*held, least]) if hi is None else _held(hi)
    # A step that is lost beside the ends would never lead from one to the other.
    lost = max(abs(least), abs(most)) / 1e6
    raw = max(((most - least) or 4.0) / 4, lost, SMALLEST)
    power = 10.0 ** floor(log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    return floor(least / step) * step, ceil(round(most / step, 6)) * step or step, step


@dataclass(frozen=True, slots=True)
class Plot:
    """Where values fall on one drawing."""

    w: float
    h: float
    left: float
    right: float
    top: float
    bot: float
    n: float
    lo: float
    hi: float

    def x(self, i: float) -> float:
        return self.left + (self.w - self.left - self.right) * i / (self.n or 1)

    def y(self, v: float) -> float:
        held = max(self.lo, min(self.hi, v))
        room = self.h - self.top - self.bot
        return self.top + room * (1 - (held - self.lo) / ((self.hi - self.lo) or 1))
