"""One score from many answers, with its 95 % interval and the counts it is made of."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from loopline.core.surveys.intervals import Z, mean_interval, wilson

LEAST = 10  # below this the answers are listed instead of a score
RULES = ("nps", "share", "mean")


@dataclass(frozen=True, slots=True)
class Score:
    """`value`, `low` and `high` in the rule's own unit: points of -100 to 100 for nps, a share of 0 to 1
    for share, the scale's own numbers for mean. `counts` are its parts, best first."""

    value: float
    low: float
    high: float
    n: int
    counts: tuple[int, ...]

    @property
    def enough(self) -> bool:
        return self.n >= LEAST


def nps(scores: Sequence[int]) -> Score | None:
    """Promoters (9, 10) less detractors (0 to 6) in points; passives stay in the denominator.

    The variance is (p_pro + p_det - (p_pro - p_det)²) / n. Where all answers fall into one group it is
    nought, which would claim certainty: then the ends come from Wilson's bound on that group's share.
    Raises ValueError for a score that is not 0 to 10.
    """
    _within(scores, 0, 10)
    n = len(scores)
    if not n:
        return None
    promoters, detractors = sum(s >= 9 for s in scores), sum(s <= 6 for s in scores)
    passives = n - promoters - detractors
    plus, minus = promoters / n, detractors / n
    value = plus - minus
    half = Z * sqrt(max(0.0, plus + minus - value * value) / n)
    low, high = value - half, value + half
    if n in (promoters, passives, detractors):
        doubt = 1 - wilson(n, n)[0]
        low = value - (2 * doubt if promoters else doubt if passives else 0)
        high = value + (2 * doubt if detractors else doubt if passives else 0)
    counts = (promoters, passives, detractors)
    return Score(100 * value, 100 * max(-1.0, low), 100 * min(1.0, high), n, counts)


def share(scores: Sequence[int]) -> Score | None:
    """The share of 4 and 5 on a scale of 1 to 5 with Wilson's interval. Raises ValueError."""
    _within(scores, 1, 5)
    n = len(scores)
    if not n:
        return None
    content = sum(s >= 4 for s in scores)
    low, high = wilson(content, n)
    neutral = sum(s == 3 for s in scores)
    return Score(content / n, low, high, n, (content, neutral, n - content - neutral))


def mean(scores: Sequence[int], least: int, most: int) -> Score | None:
    """The mean with Student's interval, kept on the scale; one answer may be anywhere on it."""
    _within(scores, least, most)
    if not scores:
        return None
    low, high = mean_interval([float(s) for s in scores]) or (least, most)
    counts = tuple(distribution(scores, least, most))
    return Score(fmean(scores), max(least, low), min(most, high), len(scores), counts)


def score(rule: str, scores: Sequence[int], least: int = 1, most: int = 5) -> Score | None:
    """By the rule's name; None for no answers or a rule that makes no number of them."""
    if rule == "nps":
        return nps(scores)
    if rule == "share":
        return share(scores)
    return mean(scores, least, most) if rule == "mean" else None


def distribution(scores: Sequence[int], least: int, most: int) -> list[int]:
    """How many chose each number, from the least to the most."""
    found = Counter(scores)
    return [found[i] for i in range(least, most + 1)]


def _within(scores: Sequence[int], least: int, most: int) -> None:
    for s in scores:
        if not isinstance(s, int) or isinstance(s, bool) or not least <= s <= most:
            raise ValueError(f"{s!r} is not a whole number from {least} to {most}")
