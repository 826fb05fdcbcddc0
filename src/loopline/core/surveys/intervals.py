"""Intervals at 95 %, in plain Python: the pages that show them load no numeric library."""

from collections.abc import Sequence
from functools import lru_cache
from math import exp, lgamma, log, log1p, sqrt
from statistics import fmean, variance

Z = 1.959963984540054  # the 97.5th percentile of the normal distribution
CONFIDENCE = 0.95


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The Wilson interval of a share, both ends 0 to 1. Raises ValueError for an impossible count."""
    if n < 1 or not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no share")
    p, zz = hits / n, Z * Z
    middle = (p + zz / (2 * n)) / (1 + zz / n)
    half = Z / (1 + zz / n) * sqrt(p * (1 - p) / n + zz / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def mean_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Student's interval of a mean; None below two values, where nothing is known of the spread."""
    n = len(values)
    if n < 2:
        return None
    half = t_quantile(n - 1) * sqrt(variance(values) / n)
    middle = fmean(values)
    return middle - half, middle + half


@lru_cache(maxsize=4096)
def t_quantile(df: float, p: float = (1 + CONFIDENCE) / 2) -> float:
    """The quantile of Student's t for p above one half, by bisection; exact to 1e-9 relative."""
    if df < 1 or not 0.5 < p < 1:
        raise ValueError(f"no quantile {p} with {df} degrees of freedom")
    low, high = 0.0, 1.0
    while _t_cdf(high, df) < p:
        high *= 2
    for _ in range(120):
        middle = (low + high) / 2
        if _t_cdf(middle, df) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _t_cdf(t: float, df: float) -> float:
    return 1 - 0.5 * _beta(df / 2, 0.5, df / (df + t * t))


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function by Lentz's continued fraction."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    tiny, c = 1e-300, 1.0
    d = 1 / ((1 - (a + b) * x / (a + 1)) or tiny)
    total = d
    for m in range(1, 10_000):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / ((1 + step * d) or tiny)
            c = (1 + step / c) or tiny
            total *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * total
