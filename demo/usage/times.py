"""The sample's days and hours as UTC microseconds, in the zone of whoever acts."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from demo.oakrow.story import versions
from demo.oakrow.usage import DAYS, SHIP_HOUR, ZONES
from demo.usage.ledger import Floats, Ints

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR


@dataclass(frozen=True)
class Times:
    """`now` and `start` in microseconds; `midnight` by zone and day, the first is 0; `weekday` by day, Monday is 0."""

    now: int
    start: int
    midnight: Ints
    weekday: Ints
    released: Ints
    versions: list[str]

    def at(self, zone: Ints, day: Ints, hour: Floats) -> Ints:
        """That hour of that day, on the clock of that zone."""
        return self.midnight[zone, day] + (hour * HOUR).astype(np.int64)

    def shipped(self, back: int) -> int:
        """When the release of so many days ago went out."""
        return self.start + (DAYS - 1 - back) * DAY + SHIP_HOUR * HOUR

    def version(self, at: Ints) -> tuple[list[str], Ints]:
        """The version that was out at each moment, as a property."""
        return self.versions, np.searchsorted(self.released, at, "right") - 1


def times(now: datetime) -> Times:
    """All of it, for a history that ends at `now` (UTC)."""
    first = now.date() - timedelta(days=DAYS - 1)
    days = [first + timedelta(days=day) for day in range(DAYS)]
    midnight = [
        [_micro(datetime.combine(day, time(), ZoneInfo(zone))) for day in days] for zone in ZONES
    ]
    start = _micro(datetime.combine(first, time(), now.tzinfo))
    out = versions(now)
    return Times(
        now=_micro(now),
        start=start,
        midnight=np.array(midnight),
        weekday=np.array([day.weekday() for day in days]),
        released=np.array([start + (DAYS - 1 - back) * DAY + SHIP_HOUR * HOUR for back, _ in out]),
        versions=[version for _, version in out],
    )


def _micro(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
