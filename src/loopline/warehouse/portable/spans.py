"""Calendar periods in SQL: the edges of the core's calendar as whole numbers, and a row's place among them.

Runs of equally long periods become one division, so years of days with two changes of the clock each are a few lines,
and every database cuts at the same microsecond, whatever it knows of time zones.
"""

from collections.abc import Sequence
from itertools import pairwise

from loopline.warehouse.portable.dialects import Dialect


def place(dialect: Dialect, edges: Sequence[int], ts: str = "ts") -> str:
    """The period a time lies in: 0 for [edges[0], edges[1]); -1 before the first edge, more beyond the last."""
    runs: list[tuple[int, int, int]] = []  # (first place, its start, width)
    for number, (low, high) in enumerate(pairwise(edges)):
        if not runs or runs[-1][2] != high - low:
            runs.append((number, low, high - low))
    if not runs:
        return "-1"
    return f"case when {ts} < {edges[0]} then -1 else {_tree(dialect, runs, ts)} end"


def _tree(dialect: Dialect, runs: Sequence[tuple[int, int, int]], ts: str) -> str:
    if len(runs) == 1:
        number, low, width = runs[0]
        return f"{number} + {dialect.whole(f'({ts} - ({low}))', str(width))}"
    half = len(runs) // 2
    return (
        f"case when {ts} < {runs[half][1]} then {_tree(dialect, runs[:half], ts)}"
        f" else {_tree(dialect, runs[half:], ts)} end"
    )
