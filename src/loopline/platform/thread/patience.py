"""How long is too long: the workspace's own 85th percentile of waiting at each station."""

import itertools
from datetime import timedelta
from math import floor

from django.tasks import task

from loopline.platform.db.once import once
from loopline.platform.thread.marks import Mark
from loopline.platform.thread.models import Patience, ThreadRow

ENOUGH = 20  # samples before the workspace's own habits count


@once
def patience() -> dict[int, timedelta]:
    """Station number (1..7) -> longest usual wait; stations with too few samples are left out."""
    return {
        p.station: timedelta(seconds=p.seconds)
        for p in Patience.objects.filter(samples__gte=ENOUGH)
    }


def waits(marks: list[Mark]) -> list[tuple[int, float]]:
    """(station number, seconds until the next lit station began) for stations that were left."""
    lit = [(i + 1, m) for i, m in enumerate(marks) if m.lit and m.first]
    pairs = itertools.pairwise(lit)
    return [
        (n, max((b.first - a.first).total_seconds(), 0.0))
        for (n, a), (_, b) in pairs
        if a.first and b.first
    ]


def percentile(values: list[float], share: float) -> float:
    """The sorted value at index floor(share * n), as metric-definitions.md takes percentiles."""
    ordered = sorted(values)
    return ordered[min(floor(share * len(ordered)), len(ordered) - 1)]


@task()
def refresh_patience() -> None:
    """Recompute every station's usual wait from the lines of the largest stored threads."""
    found: dict[int, list[float]] = {}
    for row in ThreadRow.objects.filter(object_type="opportunity").values_list("marks", flat=True):
        for station, seconds in waits([Mark.from_json(m) for m in row]):
            found.setdefault(station, []).append(seconds)
    for station, seconds_list in found.items():
        Patience.objects.update_or_create(
            station=station,
            defaults={"seconds": percentile(seconds_list, 0.85), "samples": len(seconds_list)},
        )
