"""How well the line runs in a period: closed asks, time from asked to told, waits, duplicates, triage, intake share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor

from loopline.platform.thread.queries import Standing, standings
from loopline.slices.feedback import queries as feedback
from loopline.slices.told import queries as told


@dataclass(frozen=True, slots=True)
class Health:
    """`None` where there is no data. Shares 0..1, times in seconds; percentiles at index floor(p * n).

    closed_share: of items received in the period and not put away, those whose person was told it shipped.
    told: seconds from asked to told of those told in the period. intake_share: items that came through the
    form or a person who passed them on, of all received.
    """

    received: int
    closed_share: float | None
    told_count: int
    told_p50_seconds: float | None
    told_p85_seconds: float | None
    triage_p50_seconds: float | None
    duplicate_share: float | None
    intake_share: float | None
    stalled: int
    standings: tuple[Standing, ...]


def percentile(values: Sequence[float], share: float) -> float | None:
    """The sorted value at index floor(share * n), as reference/metric-definitions.md takes percentiles."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(floor(share * len(ordered)), len(ordered) - 1)]


def health(*, since: datetime, until: datetime, now: datetime) -> Health:
    """Health of a period [since, until); where threads stand is as of now."""
    f = feedback.flow(since=since, until=until)
    times = [(t - a).total_seconds() for a, t in told.closing_times(since=since, until=until)]
    asked = f.ids
    closed = told.told_feedback(asked)
    stand = standings(object_type="opportunity", now=now)
    counting = len(asked)
    return Health(
        f.received, len(closed) / counting if counting else None, len(times), percentile(times, 0.5),
        percentile(times, 0.85), percentile(f.triage_seconds, 0.5), f.merged / f.received if f.received else None,
        f.intake / f.received if f.received else None, sum(s.stalled for s in stand), tuple(stand),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trend:
    """Four measures over months, oldest first; None where a month has no data."""

    months: tuple[str, ...]
    told_days: tuple[float | None, ...]
    closed: tuple[float | None, ...]
    triage_days: tuple[float | None, ...]
    repeats: tuple[float | None, ...]


def trend(*, now: datetime, months: int = 12) -> Trend:
    """Health by 30-day steps back from now."""
    steps = [
        (now - timedelta(days=30 * (i + 1)), now - timedelta(days=30 * i)) for i in range(months)
    ][::-1]
    found = [health_light(since=a, until=b) for a, b in steps]
    return Trend(
        tuple(f"{b:%-d %b}" for _, b in steps), tuple(_days(h[0]) for h in found), tuple(h[1] for h in found),
        tuple(_days(h[2]) for h in found), tuple(h[3] for h in found),
    )  # fmt: skip


def health_light(
    *, since: datetime, until: datetime
) -> tuple[float | None, float | None, float | None, float | None]:
    """(told p50 s, closed share, triage p50 s, duplicate share) of a period."""
    f = feedback.flow(since=since, until=until)
    times = [(t - a).total_seconds() for a, t in told.closing_times(since=since, until=until)]
    closed = told.told_feedback(f.ids)
    return (
        percentile(times, 0.5), len(closed) / len(f.ids) if f.ids else None, percentile(f.triage_seconds, 0.5),
        f.merged / f.received if f.received else None,
    )  # fmt: skip


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 86400, 1)
