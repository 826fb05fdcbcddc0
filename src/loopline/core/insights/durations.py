"""How long something took: percentiles and a histogram with widths a person can read."""

import numpy as np
import numpy.typing as npt

from loopline.core.insights.activity import quantile
from loopline.core.insights.answers import Bin, Times

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
WIDTHS = (
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12)), *(n * DAY for n in (1, 2, 3, 7, 14, 30, 60, 90, 180, 365)),
)  # fmt: skip
MOST = 15  # bins


def times(seconds: npt.NDArray[np.float64]) -> Times:
    """Percentiles and bins of equal width from 0 on, empty ones kept; no bins where there is nothing."""
    if not seconds.size:
        return Times(None, None, ())
    longest = float(seconds.max())
    width = next((each for each in WIDTHS if longest < each * MOST), WIDTHS[-1])
    counts = np.bincount((seconds // width).astype(np.int64))
    bins = tuple(Bin(n * width, (n + 1) * width, count) for n, count in enumerate(counts.tolist()))
    return Times(quantile(seconds, 0.5), quantile(seconds, 0.85), bins)
