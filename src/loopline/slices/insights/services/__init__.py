"""Doing: the catalogue, reports, cohorts, privacy and SQL."""

from loopline.slices.insights.services.catalogue import (
    ask_refresh,
    change_event,
    describe_property,
    plan_event,
    set_owner,
)
from loopline.slices.insights.services.cohorts import change_cohort, create_cohort, recount
from loopline.slices.insights.services.privacy import erase_person
from loopline.slices.insights.services.reading import (
    cohort_members,
    find_people,
    people_behind,
)
from loopline.slices.insights.services.reports import change_report, checked_body, save_report
from loopline.slices.insights.services.sql import (
    COMPANY,
    OWN,
    connect_warehouse,
    let_warehouse_go,
    run_sql,
    warehouse,
)

__all__ = [
    "COMPANY",
    "OWN",
    "ask_refresh",
    "change_cohort",
    "change_event",
    "change_report",
    "checked_body",
    "cohort_members",
    "connect_warehouse",
    "create_cohort",
    "describe_property",
    "erase_person",
    "find_people",
    "let_warehouse_go",
    "people_behind",
    "plan_event",
    "recount",
    "run_sql",
    "save_report",
    "set_owner",
    "warehouse",
]
