"""How good the suggestions are, from what people answered: merged or refused at which score."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

ENOUGH = 20  # answers before a threshold is learned


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers to suggestions scored from `low` up to `high`: n, the share merged, its 95 % interval."""

    low: float
    high: float
    n: int
    precision: float | None
    interval: tuple[float, float] | None


def wilson(k: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval of a share k/n (Wilson 1927)."""
    p, z2 = k / n, z * z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def bins(answers: Sequence[tuple[float, bool]], width: float = 0.1) -> list[Bin]:
    """Precision by score, in steps of `width`; a step without answers has none, not zero."""
    steps = round(1 / width)
    out = []
    for i in range(steps):
        low, high = i * width, (i + 1) * width
        here = [m for s, m in answers if low <= s < high or (i == steps - 1 and s >= 1)]
        n, k = len(here), sum(here)
        out.append(
            Bin(round(low, 2), round(high, 2), n, k / n if n else None, wilson(k, n) if n else None)
        )
    return out


def threshold(answers: Sequence[tuple[float, bool]], least: float = 0.9) -> float | None:
    """The lowest score above which at least `least` of the answers were merges; None below 20 answers."""
    if len(answers) < ENOUGH:
        return None
    kept, found = 0, None
    ordered = sorted(answers, reverse=True)
    for i, (score, merged) in enumerate(ordered, 1):
        kept += merged
        if kept / i >= least and i >= ENOUGH // 2:
            found = score
    return found
