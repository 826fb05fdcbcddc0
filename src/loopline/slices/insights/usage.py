"""What relies on an event: reports and cohorts whose definition names it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from loopline.slices.insights.models import Cohort, Report

MOST = 2_000


@dataclass(frozen=True, slots=True)
class Use:
    kind: str
    title: str
    href: str


def named(body: Any) -> Iterator[str]:
    """Names of events inside a stored question or rule."""
    waiting = [body]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if isinstance(one.get("event"), str):
                yield one["event"]
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def of_event(name: str) -> list[Use]:
    """Reports and cohorts that name an event, those looked after last first."""
    reports = Report.objects.filter(archived_at=None).order_by("-updated_at")[:MOST]
    cohorts = Cohort.objects.filter(archived_at=None).order_by("-updated_at")[:MOST]
    found = [
        Use(f"{r.kind} report", r.name, f"/reports/{r.pk}")
        for r in reports
        if name in named(r.body) or (r.kind == "sql" and f"'{name}'" in str(r.body.get("sql")))
    ]
    return found + [
        Use("cohort", c.name, f"/cohorts/{c.pk}") for c in cohorts if name in named(c.definition)
    ]
