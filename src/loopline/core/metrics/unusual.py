"""Which values of a metric are unusual, judged by the values before them and by nothing else.

A value is compared with the median of the comparable values before it: for days those of the same weekday, else the
periods just before; at least 8 of them, at most 26. Its distance is measured in robust standard deviations (1.4826
times the median absolute deviation). How many of those are too many depends on how well so few values know their own
spread; LIMITS holds, by how many there were, what steady normal noise passes once in a hundred values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LEAST, MOST = 8, 26
WEEK = 7
PER_DEVIATION = 1.4826  # a normal standard deviation in median absolute deviations
FALSE_ALARMS = 0.01
LIMITS = {
    8: 5.91, 9: 5.79, 10: 4.93, 11: 4.9, 12: 4.44, 13: 4.36, 14: 4.07, 15: 4.05, 16: 3.83, 17: 3.81, 18: 3.64,
    19: 3.64, 20: 3.52, 21: 3.51, 22: 3.42, 23: 3.41, 24: 3.35, 25: 3.34, 26: 3.26,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unusual:
    """A value outside what the `n` before it allow: usual between `low` and `high`, `median` in the middle."""

    position: int
    value: float
    median: float
    low: float
    high: float
    n: int

    @property
    def above(self) -> bool:
        return self.value > self.high


def judged(value: float, before: Sequence[float], position: int = 0) -> Unusual | None:
    """The value as unusual, None where it is not, or where too little is known to say.

    `before` are comparable values, oldest first; the newest 26 count. Values that never moved know no spread.
    """
    known = [float(v) for v in before][-MOST:]
    if len(known) < LEAST:
        return None
    middle = median(known)
    spread = PER_DEVIATION * median(abs(v - middle) for v in known)
    if spread <= 0:
        # More than half are equal: the mean absolute deviation still knows the others.
        spread = 1.2533 * sum(abs(v - middle) for v in known) / len(known)
    if spread <= 0:
        return None
    room = LIMITS[len(known)] * spread
    if abs(value - middle) <= room:
        return None
    return Unusual(position, value, middle, middle - room, middle + room, len(known))


def unusual_at(values: Sequence[float | None], at: int, grain: str) -> Unusual | None:
    """Whether the value at a position of a run of periods without gaps (None: no data) is unusual."""
    step, value = WEEK if grain == "day" else 1, values[at]
    if value is None:
        return None
    return judged(value, [v for v in values[at % step : at : step] if v is not None], at)


def unusual(values: Sequence[float | None], grain: str) -> list[Unusual]:
    """All that are, oldest first."""
    found = (unusual_at(values, at, grain) for at in range(len(values)))
    return [each for each in found if each]
