"""Intervals at 95 %: of a difference of two shares, of a median. Shares alone and means are in core.surveys."""

from collections.abc import Sequence
from math import comb, sqrt

from loopline.core.surveys.intervals import CONFIDENCE, wilson


def newcombe(hits1: int, n1: int, hits2: int, n2: int) -> tuple[float, float, float]:
    """The difference of two shares (first less second) with Newcombe's hybrid score interval: (d, low, high)."""
    p1, p2 = hits1 / n1, hits2 / n2
    l1, u1 = wilson(hits1, n1)
    l2, u2 = wilson(hits2, n2)
    d = p1 - p2
    return (
        d,
        d - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2),
        d + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2),
    )


def percentile(ordered: Sequence[float], share: float) -> float:
    """Of values in order, interpolated as PERCENTILE_CONT does. Raises ValueError for none."""
    if not ordered:
        raise ValueError("no values")
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)


def quantile_interval(ordered: Sequence[float], share: float = 0.5) -> tuple[float, float] | None:
    """Order statistics that hold the quantile in at least 95 of 100 samples; None where so few values cannot."""
    n = len(ordered)
    if n > 2_000:
        half = 1.959963984540054 * sqrt(n * share * (1 - share))
        low, high = max(0, int(n * share - half)), min(n - 1, int(n * share + half) + 1)
        return ordered[low], ordered[high]
    chance = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    low, left = 0, 0.0
    while low < n and left + chance[low] <= (1 - CONFIDENCE) / 2:
        left += chance[low]
        low += 1
    high, right = n, 0.0
    while high > 0 and right + chance[high] <= (1 - CONFIDENCE) / 2:
        right += chance[high]
        high -= 1
    # The quantile lies between the low-th and the (high + 1)-th smallest, counted from 1.
    if low == 0 or high == n:
        return None
    return ordered[low - 1], ordered[high]
