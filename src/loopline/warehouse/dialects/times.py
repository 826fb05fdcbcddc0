"""Times as SDKs write them, and the correction of a client's clock. All in UTC microseconds since 1970."""

from datetime import UTC, datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SKEW = 5 * 60 * 1_000_000  # a clock nearer than this counts as right
_AHEAD = 24 * 3600 * 1_000_000
_LAST = 4_102_444_800_000_000  # the year 2100


def from_iso(text: str) -> int:
    """Microseconds of an ISO 8601 time; one without a zone is UTC. Raises ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    since = at - _EPOCH
    return _sane((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def from_number(value: float) -> int:
    """Microseconds of seconds or, where the number is that large, milliseconds. Raises ValueError."""
    if not -1e15 < value < 1e15:
        raise ValueError("out of range")
    scale = 1_000 if abs(value) >= 1e11 else 1_000_000
    return _sane(value * scale if isinstance(value, int) else round(value * scale))


def read(value: str | float) -> int:
    """Either form. Raises ValueError."""
    return from_iso(value) if isinstance(value, str) else from_number(value)


def _sane(at: int) -> int:
    if not 0 <= at < _LAST:
        raise ValueError("out of range")
    return at


def skew(sent_at: str, received_at: int) -> int:
    """How much to add to the client's times: 0 unless its clock is more than five minutes off."""
    try:
        off = received_at - from_iso(sent_at) if sent_at else 0
    except ValueError:
        return 0
    return off if abs(off) > _SKEW else 0


def settled(at: int, off: int, received_at: int) -> int:
    """The client's time on our clock; more than a day ahead of now becomes now."""
    corrected = at + off
    return received_at if corrected > received_at + _AHEAD else max(corrected, 0)
