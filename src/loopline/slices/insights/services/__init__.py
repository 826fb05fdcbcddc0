"""Doing: the catalogue, reports, cohorts, privacy and SQL."""

from loopline.slices.insights.services.catalogue import (
    ask_refresh,
    change_event,
    describe_property,
    plan_event,
    set_owner,
)
from loopline.slices.insights.services.reports import change_report, checked_body, save_report

__all__ = [
    "ask_refresh",
    "change_event",
    "change_report",
    "checked_body",
    "describe_property",
    "plan_event",
    "save_report",
    "set_owner",
]
