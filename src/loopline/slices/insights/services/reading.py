"""Lists of people: read as the queries give them; who read how many, for which question, is kept in the audit log."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loopline.platform.audit.record import Change, record
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.insights import people, queries, questions
from loopline.slices.insights.models import Cohort, CohortMember, Report

MOST = 1_000_000  # members in one file
PLACE = ("step", "dropped", "period", "at")  # what is said of a cell: never a value it is split by


def people_behind(
    *, actor: Actor, kind: str, body: Any, cell: Any, limit: int = 100, offset: int = 0, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """Who stands behind a cell; see `queries.people`."""
    found = queries.people(
        actor=actor, kind=kind, body=body, cell=cell, limit=limit, offset=offset, now=now
    )
    kept = questions.kept(questions.read(kind, body))
    of: dict[str, Any] = {"question": kind, **{k: cell[k] for k in PLACE if k in cell}}
    if found["items"]:
        reports = Report.objects.filter(kind=kind).order_by("pk").values_list("pk", "body")
        same = next((pk for pk, other in reports.iterator(100) if other == kept), None)
        of |= {"report": same} if same else {}
    _read(actor, of, kept, len(found["items"]), found["count"], now)
    return found


def find_people(
    *, actor: Actor, search: str = "", account: str = "", limit: int = people.PAGE, offset: int = 0, now: datetime,
) -> tuple[list[people.Person], int]:  # fmt: skip
    """Persons with events; see `people.find`."""
    rows, count = people.find(
        actor=actor, search=search, account=account, limit=limit, offset=offset
    )
    asked = {k: v for k, v in (("search", search), ("account", account)) if v}
    of = {"question": "people", "by": sorted(asked)}
    _read(actor, of, asked, len(rows), count, now)
    return rows, count


def cohort_members(
    *, actor: Actor, cohort_id: int, after: str = "", limit: int = MOST, now: datetime
) -> tuple[Cohort, list[str], str]:
    """A cohort, ids of those in it in their order, and after which to go on; empty where that was all."""
    allow(actor, "person.read")
    row = queries.cohort(actor=actor, cohort_id=cohort_id)
    place = after.replace("\x00", "")  # no database keeps it
    rows = CohortMember.objects.filter(cohort=row, actor_id__gt=place).order_by("actor_id")
    ids = list(rows.values_list("actor_id", flat=True)[: limit + 1])
    more = ids[limit - 1] if len(ids) > limit else ""
    of = {"question": "cohort", "cohort": row.pk}
    _read(actor, of, row.definition, len(ids[:limit]), row.size, now)
    return row, ids[:limit], more


def _read(
    actor: Actor, of: Mapping[str, Any], asked: Any, rows: int, whole: int | None, now: datetime
) -> None:
    """The question may name persons: its digest tells two readings of one question apart from another."""
    if not rows:
        return
    text = json.dumps(asked, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    after = {**of, "rows": rows, "of": whole, "digest": digest}
    record(actor=actor, now=now, change=Change("people.read", "people", 0, {}, after))
