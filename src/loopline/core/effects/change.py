"""Before against after: relative change of a share (Katz) and of a mean (Welch), with 95 % intervals.

Sources: D. Katz et al., "Obtaining confidence intervals for the risk ratio in cohort studies", Biometrics 34 (1978),
469-474; B. L. Welch, "The generalization of 'Student's' problem", Biometrika 34 (1947), 28-35.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean, variance

from loopline.core.surveys.intervals import Z, t_quantile


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after` in the metric's unit; `relative` 0.18 is +18 %; low and high are its interval.

    `n_before` and `n_after` count what was averaged over: persons of a share, periods of a mean.
    """

    before: float
    after: float
    relative: float | None
    low: float | None
    high: float | None
    n_before: int
    n_after: int
    method: str

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out "no change"."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def of_shares(hits_before: float, n_before: int, hits_after: float, n_after: int) -> Change | None:
    """Change of a share of persons. None where one side has nobody."""
    if n_before < 1 or n_after < 1:
        return None
    p0, p1 = hits_before / n_before, hits_after / n_after
    if hits_before <= 0 or hits_after <= 0:
        return Change(
            p0, p1, None if p0 == 0 else p1 / p0 - 1, None, None, n_before, n_after, "katz"
        )
    error = sqrt(1 / hits_after - 1 / n_after + 1 / hits_before - 1 / n_before)
    reach = Z * error
    ratio = log(p1 / p0)
    return Change(
        p0,
        p1,
        p1 / p0 - 1,
        exp(ratio - reach) - 1,
        exp(ratio + reach) - 1,
        n_before,
        n_after,
        "katz",
    )


def of_means(before: Sequence[float], after: Sequence[float]) -> Change | None:
    """Change of the mean of periods' values, relative to the mean before. None without values on both sides.

    The interval is Welch's for the difference, divided by the mean before (which is taken as known); it needs two
    values on each side, not all equal on both, and a mean before that is not zero.
    """
    if not before or not after:
        return None
    m0, m1 = fmean(before), fmean(after)
    relative = None if m0 == 0 else (m1 - m0) / abs(m0)
    low = high = None
    if relative is not None and (reach := _welch(before, after)):
        low, high = relative - reach / abs(m0), relative + reach / abs(m0)
    return Change(m0, m1, relative, low, high, len(before), len(after), "welch")


def _welch(before: Sequence[float], after: Sequence[float]) -> float | None:
    """Half the interval of the difference; None where nothing is known of the spread."""
    if len(before) < 2 or len(after) < 2:
        return None
    a, b = variance(before) / len(before), variance(after) / len(after)
    if a + b == 0:
        return None
    df = (a + b) ** 2 / (a * a / (len(before) - 1) + b * b / (len(after) - 1))
    return t_quantile(df) * sqrt(a + b)
