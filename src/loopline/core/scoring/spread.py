"""How far apart the scores of several teams are."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """Lowest, middle and highest of n scores; `ratio` highest by lowest, None with one score or a zero."""

    low: float
    middle: float
    high: float
    n: int

    @property
    def ratio(self) -> float | None:
        return self.high / self.low if self.n > 1 and self.low > 0 else None


def spread(scores: Sequence[float]) -> Spread | None:
    """None where nobody has scored."""
    return Spread(min(scores), median(scores), max(scores), len(scores)) if scores else None
