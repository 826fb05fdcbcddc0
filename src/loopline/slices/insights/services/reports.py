"""Keeping a question as a report: named, owned, its definition versioned."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.slices.insights import questions
from loopline.slices.insights.events import ReportDefinitionChanged
from loopline.slices.insights.models import Report, ReportVersion

TEXTS = {"name": 160, "says": 400, "finding": 400, "definition_note": 300}
MOST_SQL = 20_000


def checked_body(kind: str, body: Any) -> dict[str, Any]:
    """A definition as it is stored. Raises Invalid."""
    if kind == "sql":
        text = body.get("sql") if isinstance(body, Mapping) else None
        if not isinstance(text, str) or not text.strip() or len(text) > MOST_SQL:
            raise Invalid(sql=f"Write a SELECT of at most {MOST_SQL:,} characters.")
        return {k: v for k, v in body.items() if k in ("sql", "source")}
    return questions.kept(questions.read(kind, body))


def _index(row: Report) -> None:
    entry = index.Entry(
        "report", row.pk, row.name, row.updated_at, f"REP-{row.pk}", row.says, row.finding, bool(row.archived_at)
    )  # fmt: skip
    index.put([entry])


def _clean(values: Mapping[str, Any]) -> dict[str, Any]:
    out = {k: " ".join(str(v).split())[: TEXTS[k]] if k in TEXTS else v for k, v in values.items()}
    if "name" in out and not out["name"]:
        raise Invalid(name="Name the report.")
    return out


@transaction.atomic
def save_report(
    *, actor: Actor, name: str, kind: str, body: Any, says: str = "", finding: str = "",
    chart: Mapping[str, Any] | None = None, owner_id: int | None = None, now: datetime, sample: bool = False,
) -> int:  # fmt: skip
    """Keep a question under a name; answers the report's id."""
    allow(actor, "insight.change")
    kept = checked_body(kind, body)
    texts = _clean({"name": name, "says": says, "finding": finding})
    row = Report.objects.create(
        **texts, kind=kind, body=kept, chart=dict(chart or {}), owner_id=owner_id or actor.user_id,
        definition_changed_at=now, created_at=now, updated_at=now, sample=sample,
    )  # fmt: skip
    ReportVersion.objects.create(report=row, number=1, body=kept, at=now, by_name=actor.name[:160])
    record(
        actor=actor, now=now,
        change=Change("report.saved", "report", row.pk, {}, {"name": row.name, "kind": kind}),
    )  # fmt: skip
    _index(row)
    return row.pk


@transaction.atomic
def change_report(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Change name, words, owner or definition. Another definition is a new version; the old one is kept."""
    allow(actor, "insight.change")
    row = Report.objects.select_for_update().filter(pk=id_).first()
    if row is None:
        raise Missing("report")
    values = _clean(changes)
    if "body" in values:
        values["body"] = checked_body(row.kind, values["body"])
        if values["body"] != row.body:
            values["definition_version"] = row.definition_version + 1
            values["definition_changed_at"] = now
            values.setdefault("definition_note", "")
    before, after = apply_changes(row, values, now=now, version=version)
    if not after:
        return
    if "definition_version" in after:
        ReportVersion.objects.create(
            report=row, number=row.definition_version, body=row.body, note=row.definition_note,
            at=now, by_name=actor.name[:160],
        )  # fmt: skip
        publish(ReportDefinitionChanged(row.pk, row.definition_version), actor=actor, now=now)
    said = ("definition_version", "definition_note") if "body" in after else tuple(after)
    record(
        actor=actor, now=now,
        change=Change(
            "report.changed", "report", row.pk,
            {k: before.get(k) for k in said if k in after}, {k: after[k] for k in said if k in after},
        ),
    )  # fmt: skip
    _index(row)
