"""The key below a chart: what its numbered marks stand for, as text and links."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from markupsafe import Markup, escape

from loopline.platform.ui.moments import Moment, by_period
from loopline.platform.ui.trusted import html

ROWS, FEW = 6, 3  # shown at once below a chart, and below a small one; the others unfold
SMALL = 600  # width below which a chart is small


def keyed(
    svg: Markup, moments: Sequence[Moment], starts: Sequence[datetime], zone: tzinfo, w: float
) -> Markup:
    """A drawing with the key to the marks of `moments.flags(moments, starts)` below it, the newest first."""
    found = list(enumerate(by_period(moments, starts), start=1))[::-1]
    if not svg or not found:
        return svg
    rows = [_row(number, some, zone) for number, (_, some) in found]
    most = FEW if w < SMALL else ROWS
    more = ""
    if len(rows) > most:
        more = f"<details><summary>{len(rows) - most} earlier</summary><ol>{''.join(rows[most:])}</ol></details>"
    return svg + html(
        f'<div class="marks" role="group" aria-label="Marked on the chart"><ol>{"".join(rows[:most])}</ol>{more}</div>'
    )


def _row(number: int, some: Sequence[Moment], zone: tzinfo) -> str:
    day = f"{some[0].at.astimezone(zone):%-d %b}"
    links = ", ".join(f'<a class="link" href="{escape(m.url)}">{escape(m.label)}</a>' for m in some)
    return f'<li value="{number}"><b>{number}</b><time>{day}</time><span>{links}</span></li>'
