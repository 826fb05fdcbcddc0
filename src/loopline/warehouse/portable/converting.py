"""The periods of a funnel's trend, and how long whoever did all steps took, as SQL."""

from loopline.core.insights.answers import Bin, Times
from loopline.core.insights.durations import MOST as MOST_BINS
from loopline.core.insights.durations import WIDTHS
from loopline.core.insights.ir import BadQuestion, Funnel
from loopline.core.insights.periods import edges
from loopline.warehouse.portable import shaping
from loopline.warehouse.portable.asking import Asking

MOST = 400  # periods


def periods(question: Funnel) -> tuple[int, ...]:
    """Edges of the trend's periods; BadQuestion where the question has none, or too many."""
    if question.interval is None:
        raise BadQuestion("the funnel has no trend; give an interval")
    bounds = edges(question.span, question.interval)
    if len(bounds) > MOST + 1:
        raise BadQuestion(f"a funnel's trend has at most {MOST} periods: choose a longer interval")
    return bounds


def to_convert(asking: Asking, parts: dict[str, str], last: str, steps: int) -> Times:
    """Of the rows of `last` that reached the last step."""
    dialect = asking.dialect
    parts = {
        **parts,
        "conversions": f"select t{steps} - t1 as wait from {last} where level = {steps}",
    }
    shares = [dialect.quantile(f"cast(wait as {dialect.double})", share) for share in (0.5, 0.85)]
    count, middle, most, longest = asking.rows(
        parts, f"select count(*), {', '.join(shares)}, max(wait) from conversions"
    )[0]
    if not count:
        return Times(None, None, ())
    width = next((w for w in WIDTHS if longest < w * MOST_BINS * 1e6), WIDTHS[-1])
    bin_ = dialect.whole("wait", str(int(width * 1e6)))
    rows = asking.rows(parts, f"select {bin_} as bin, count(*) from conversions group by {bin_}")
    found = {int(n): int(each) for n, each in rows}
    return Times(
        shaping.seconds(middle),
        shaping.seconds(most),
        tuple(Bin(n * width, (n + 1) * width, found.get(n, 0)) for n in range(max(found) + 1)),
    )
