"""Calendar periods of a zone as UTC instants. A period is half open: its first instant belongs to it, its end does not.

Days begin at local midnight, weeks on Monday, months on the 1st. Where a change of the clock skips midnight the day
begins at the change; where midnight comes twice, at the first.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loopline.core.insights.ir import BadQuestion, Interval, Span

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = 86_400_000_000
WIDTHS = {Interval.DAY: DAY, Interval.WEEK: 7 * DAY, Interval.MONTH: 30 * DAY}
MOST = 20_000


def edges(span: Span, interval: Interval, *, before: int = 0, after: int = 0) -> tuple[int, ...]:
    """Firsts of the periods the span touches, and the end of the last: n + 1 instants for n periods.

    `before` and `after` add that many periods on either side. An empty span has no period and one edge.
    Raises BadQuestion for an unknown zone, a time outside years 1 to 9999, or more than 20,000 periods.
    """
    zone = zone_of(span.zone)
    try:
        day = _move(_first(_day(span.start, zone), interval), interval, -before)
        last = max(span.start, span.end - 1) if span.end > span.start else None
        if last is None:
            return (_instant(day, zone),)
        until = _move(_first(_day(last, zone), interval), interval, 1 + after)
        if (until - day).days * DAY // WIDTHS[interval] > MOST:
            raise BadQuestion(
                f"more than {MOST} periods: choose a longer interval or a shorter time"
            )
        found = [_instant(day, zone)]
        while day < until:
            day = _move(day, interval, 1)
            found.append(_instant(day, zone))
    except (OverflowError, ValueError) as error:
        if isinstance(error, BadQuestion):
            raise
        raise BadQuestion("a time outside the years 1 to 9999") from error
    return tuple(found)


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; BadQuestion where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadQuestion(f"no time zone is called {name!r}") from error


def _day(at: int, zone: ZoneInfo) -> date:
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone).date()


def _instant(day: date, zone: ZoneInfo) -> int:
    return (datetime.combine(day, time(), tzinfo=zone).astimezone(UTC) - EPOCH) // MICROSECOND


def _first(day: date, interval: Interval) -> date:
    if interval is Interval.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval is Interval.MONTH else day


def _move(day: date, interval: Interval, count: int) -> date:
    if interval is Interval.MONTH:
        months = day.year * 12 + day.month - 1 + count
        return date(months // 12, months % 12 + 1, 1)
    return day + timedelta(days=count * (7 if interval is Interval.WEEK else 1))
