"""Numbers of the flow of work: cycle time, throughput and escaped defects, by the rules of the guide's metrics page.

What is stored is the first start and the last completion of an item. An item that went straight to done carries the
same moment twice: it was never started, so its cycle time is unknown and it is left out.
"""

from datetime import datetime
from functools import partial

from django.db.models import F

from loopline.core.metrics.intervals import percentile, quantile_interval
from loopline.core.surveys.intervals import wilson
from loopline.slices.measures.services import builtin
from loopline.slices.work.models import WorkItem

DAY = 86_400.0
LEAST = 5  # points below which no percentile is said
ESCAPED, CAUGHT = "found-in-production", "found-before-release"
Computed = tuple[float | None, int | None, float | None, float | None]


def _cycle_days(start: datetime, end: datetime) -> list[float]:
    """Days from first start to last completion of items completed in [start, end), in order; cancelled left out."""
    found = WorkItem.objects.filter(
        state="done", done_at__gte=start, done_at__lt=end, started_at__lt=F("done_at")
    )
    pairs = found.values_list("started_at", "done_at")
    return sorted((done - began).total_seconds() / DAY for began, done in pairs if began and done)


def cycle_time(share: float, start: datetime, end: datetime) -> Computed | None:
    """A percentile of the cycle times, in days, with the order statistics that hold it in 95 of 100 samples."""
    days = _cycle_days(start, end)
    if not days:
        return None
    if len(days) < LEAST:
        return None, len(days), None, None
    low, high = quantile_interval(days, share) or (None, None)
    return percentile(days, share), len(days), low, high


def throughput(start: datetime, end: datetime) -> Computed | None:
    """Items completed in the period; nothing before the first item of all."""
    first = WorkItem.objects.order_by("opened_at").values_list("opened_at", flat=True).first()
    if first is None or first >= end:
        return None
    done = WorkItem.objects.filter(state="done", done_at__gte=start, done_at__lt=end).count()
    return float(done), None, None, None


def escape_rate(start: datetime, end: datetime) -> Computed | None:
    """Found in production of all bugs whose finding is known, by the period in which they were opened, in percent."""
    found = WorkItem.objects.filter(
        opened_at__gte=start, opened_at__lt=end, archived_at=None
    ).exclude(state="cancelled")
    labels = [
        {str(x).strip().lower() for x in each}
        for each in found.values_list("labels", flat=True)
        if each
    ]
    escaped = sum(ESCAPED in each for each in labels)
    n = sum(bool(each & {ESCAPED, CAUGHT}) for each in labels)
    if not n:
        return None
    low, high = wilson(escaped, n)
    return 100 * escaped / n, n, 100 * low, 100 * high


def _no_work() -> str:
    if WorkItem.objects.filter(state="done").exclude(done_at=None).exists():
        return ""
    return (
        "No finished work items yet. Connect a tracker, import a file, or move items to done here."
    )


def _no_findings() -> str:
    return (
        f"Bugs do not say where they were found. Label them {ESCAPED} or {CAUGHT}, in the tracker or here; "
        "those without either are not counted."
    )


def register() -> None:
    for key, share, name in (
        ("work.cycle_time", 0.5, "Cycle time"),
        ("work.cycle_time_p85", 0.85, "Cycle time, p85"),
    ):
        said = "Half" if share == 0.5 else "85 of 100"
        builtin(
            key, name,
            f"{said} of the items completed in the period took at most this many days from their first start to their "
            "last completion. Cancelled items and items that were never started are left out.",
            "d", partial(cycle_time, share), _no_work,
            rows=lambda _s, _e: "/work?state=done", direction="down",
        )  # fmt: skip
    builtin(
        "work.throughput", "Throughput", "Work items completed in the period.", "items", throughput, _no_work,
        rows=lambda _s, _e: "/work?state=done",
    )  # fmt: skip
    builtin(
        "work.defect_escape_rate", "Defect escape rate",
        f"Of the bugs opened in the period that say where they were found, the share found in production (label "
        f"{ESCAPED}, against {CAUGHT}).",
        "%", escape_rate, _no_findings, direction="down",
    )  # fmt: skip
