"""What a metric says now, in words; `platform.ui.drawn.metric` draws it."""

from zoneinfo import ZoneInfo

from loopline.platform.ui.drawn.metric import period_name
from loopline.platform.ui.formats import written
from loopline.slices.measures.models import Metric
from loopline.slices.measures.queries import Summary

IN_PERIOD = {"day": "on {}", "week": "in the week of {}", "month": "in {}"}
BEFORE = {"day": "day", "week": "week", "month": "month"}


def moved(change: float | None, unit: str) -> str:
    """How a value changed, in words: up 3 points, down 0.4 h, as before."""
    if change is None:
        return ""
    size = written(abs(change), unit)
    size = size.removesuffix(f" {unit}") if unit.startswith("%") else size
    if size.split(" ")[0] == "0":
        return "as before"
    points = (" point" if size == "1" else " points") if unit.startswith("%") else ""
    return f"{'up' if change > 0 else 'down'} {size}{points}"


def signed(change: float | None, unit: str) -> tuple[str, str, str]:
    """A change as a column shows it: sign and number, what it is in, and up, down or nothing for as before."""
    said = moved(change, unit)
    if change is None or not said:
        return "", "", ""
    if said == "as before":
        return "±0", "", ""
    way, size, *rest = said.split(" ", 2)
    return f"{'+' if way == 'up' else '−'}{size}", " ".join(rest), way


def sentence(m: Metric, s: Summary, zone: ZoneInfo) -> str:
    """What the metric says now, as one sentence without its full stop."""
    if s.latest is None:
        return f"{m.name}: no value yet"
    if s.latest.start:
        when = IN_PERIOD[m.grain].format(period_name(s.latest.start, m.grain, zone))
        against = f" on the {BEFORE[m.grain]} before"
    else:
        when = f"on {s.latest.at.astimezone(zone):%-d %b}"
        against = " on the value before"
    parts = [f"{written(s.latest.value, m.unit)} {when}"]
    if s.change is not None:
        said = moved(s.change, m.unit)
        parts.append(said if said == "as before" else said + against)
    if m.target is not None:
        parts.append(f"target {written(m.target, m.unit)}")
    return ", ".join(parts)


def how_sure(m: Metric, s: Summary) -> str:
    """The range and the base of the newest value, where they are known."""
    v = s.latest
    if v is None or (v.low is None and v.n is None):
        return ""
    base = f"from {v.n:,}" if v.n is not None else ""
    if v.low is None or v.high is None:
        return f"Counted {base}." if base else ""
    return f"Likely between {written(v.low, m.unit)} and {written(v.high, m.unit)}{', ' if base else ''}{base}."
