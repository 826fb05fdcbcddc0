"""Permissions, and how a value stands between where it began and its target."""

from math import isfinite

from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Role

PERMISSIONS = {
    "metric.read": Role.VIEWER,
    "metric.change": Role.PRODUCT,
    "metric.record": Role.MEMBER,
}


def finite(field: str, value: float) -> float:
    """A number that can be stored and drawn. Raises Invalid."""
    if not isfinite(value) or abs(value) > 1e15:
        raise Invalid(**{field: f"The {field} is a number below 10^15."})
    return value


def progress(baseline: float | None, value: float | None, target: float | None) -> float | None:
    """Share of the way from baseline to target, 0..1; None where a part is unknown or there is no way."""
    if baseline is None or value is None or target is None or target == baseline:
        return None
    return min(max((value - baseline) / (target - baseline), 0.0), 1.0)
