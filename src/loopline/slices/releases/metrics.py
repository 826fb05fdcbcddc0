"""Release frequency: how many releases reached their users in a period."""

from datetime import datetime

from django.db.models import Min

from loopline.slices.measures.services import builtin
from loopline.slices.releases.models import Release

Computed = tuple[float | None, int | None, float | None, float | None]


def frequency(start: datetime, end: datetime) -> Computed | None:
    """Releases shipped in [start, end), hotfixes among them; pre-releases and those rolled back are left out.

    Nothing before the first release of all was planned or shipped.
    """
    shipped = Release.objects.filter(state="shipped", prerelease=False).exclude(shipped_at=None)
    first = shipped.aggregate(first=Min("shipped_at"))["first"]
    if first is None or first >= end:
        return None
    return (
        float(shipped.filter(shipped_at__gte=start, shipped_at__lt=end).count()),
        None,
        None,
        None,
    )


def _no_releases() -> str:
    if Release.objects.filter(state="shipped").exclude(shipped_at=None).exists():
        return ""
    return "No release has shipped yet. Ship one here, or connect where releases are made."


def register() -> None:
    builtin(
        "releases.frequency", "Release frequency",
        "Releases that reached their users in the period, hotfixes among them. Pre-releases and releases that were "
        "rolled back are left out.",
        "releases", frequency, _no_releases, rows=lambda _s, _e: "/releases?state=shipped",
    )  # fmt: skip
