"""Numbers of slices below this one, which cannot offer theirs themselves: promises kept among action items."""

from datetime import datetime

from django.utils import timezone

from loopline.core.surveys.intervals import wilson
from loopline.platform.settings.options import today, zone
from loopline.slices.actions import queries as actions
from loopline.slices.measures.builtins import Computed, builtin


def _days(start: datetime, end: datetime) -> tuple[str, str]:
    """First and last day of [start, end) in the company's zone, for the address of the rows."""
    first, last = (at.astimezone(zone()).date() for at in (start, end))
    return first.isoformat(), last.fromordinal(last.toordinal() - 1).isoformat()


def on_time(start: datetime, end: datetime) -> Computed | None:
    """Action items done by the day first promised, in percent of those first promised for [start, end)."""
    first, after = (at.astimezone(zone()).date() for at in (start, end))
    found = actions.completion(first, after, on=today(timezone.now()))
    if found is None:
        return None
    low, high = wilson(found.by_original, found.due)
    return 100 * found.share, found.due, 100 * low, 100 * high


def _rows(start: datetime, end: datetime) -> str:
    first, last = _days(start, end)
    return f"/actions?first_from={first}&first_to={last}"


def _no_actions() -> str:
    return (
        ""
        if actions.anything()
        else "No action items yet. Write one down on the page it comes from."
    )


def register() -> None:
    builtin(
        "actions.on_time", "Action items done on time",
        "Of the action items first promised for a day of the period, the share done by that day. What was moved and "
        "done by its later day does not count as done on time, nor does what will not be done. What is due today or "
        "later is left out.",
        "%", on_time, _no_actions, rows=_rows,
    )  # fmt: skip
