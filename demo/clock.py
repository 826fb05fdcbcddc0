"""When the sample ends."""

from datetime import UTC, date, datetime


def clock(as_of: str | None) -> datetime:
    """16:00 UTC of that day, given as YYYY-MM-DD; without one today, and not later than now."""
    day = date.fromisoformat(as_of) if as_of else datetime.now(UTC).date()
    end = datetime(day.year, day.month, day.day, 16, 0, tzinfo=UTC)
    return end if as_of else min(end, datetime.now(UTC))
