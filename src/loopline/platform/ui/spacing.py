"""Scales in round numbers, and labels that do not lie on one another."""

from collections.abc import Sequence
from math import ceil, floor, log10


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


def axis(values: Sequence[float], lo: float | None, hi: float | None) -> tuple[float, float, float]:
    """Ends and step of a scale in round numbers; zero is on it unless the caller starts elsewhere."""
    least = min([*values, 0.0]) if lo is None else lo
    most = max([*values, least]) if hi is None else hi
    raw = ((most - least) or 4.0) / 4
    power = 10.0 ** floor(log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    return floor(least / step) * step, ceil(round(most / step, 6)) * step or step, step
