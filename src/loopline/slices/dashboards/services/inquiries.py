"""Changing investigations: the question, its charts, what was found, the decision and the effect afterwards."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.effects.change import Change as Effect
from loopline.core.effects.change import of_means, of_shares
from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.slices.dashboards.events import InvestigationConcluded
from loopline.slices.dashboards.models import Investigation, InvestigationChart
from loopline.slices.decisions import queries as decisions
from loopline.slices.insights import queries as insights
from loopline.slices.measures import queries as measures

MOST_CHARTS = 12


def _index(row: Investigation) -> None:
    entry = index.Entry(
        "investigation", row.pk, row.question, row.updated_at, f"INV-{row.pk}", row.finding, "", bool(row.archived_at)
    )  # fmt: skip
    index.put([entry])


def _locked(investigation_id: int) -> Investigation:
    row = Investigation.objects.select_for_update().filter(pk=investigation_id).first()
    if row is None:
        raise Missing("investigation")
    return row


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(values)
    if "question" in out:
        out["question"] = " ".join(str(out["question"]).split())[:300]
        if not out["question"]:
            raise Invalid(question="Write the question you want answered.")
    if "finding" in out:
        out["finding"] = str(out["finding"]).strip()[:10_000]
    if out.get("decision_id") and out["decision_id"] not in decisions.by_ids([out["decision_id"]]):
        raise Invalid(decision="Choose a decision.")
    if out.get("metric_id") and out["metric_id"] not in measures.metrics_by_id([out["metric_id"]]):
        raise Invalid(metric="Choose a metric.")
    return out


def _dated(row: Investigation, values: dict[str, Any], now: datetime) -> dict[str, Any]:
    """With the day a finding was written, where it is another than before."""
    if values.get("finding", row.finding) == row.finding:
        return values
    return values | {"found_at": now if values["finding"] else None}


@transaction.atomic
def open_investigation(
    *, actor: Actor, question: str, report_ids: list[int] | None = None, owner_id: int | None = None, now: datetime,
    sample: bool = False,
) -> int:  # fmt: skip
    """Ask a product question, with the charts one starts from. Answers its id."""
    allow(actor, "investigation.change")
    values = _checked({"question": question})
    row = Investigation.objects.create(
        **values, owner_id=owner_id or actor.user_id, created_at=now, updated_at=now, sample=sample
    )
    for report in report_ids or []:
        _add(row, report, "")
    record(
        actor=actor, now=now,
        change=Change("investigation.opened", "investigation", row.pk, {}, {"question": row.question}),
    )  # fmt: skip
    _index(row)
    return row.pk


@transaction.atomic
def change_investigation(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Question, finding, owner, decision, metric, since when to measure."""
    allow(actor, "investigation.change")
    row = _locked(id_)
    values = _checked(changes)
    if {"metric_id", "since"} & set(values):
        values["effect"] = {}
    before, after = apply_changes(row, _dated(row, values, now), now=now, version=version)
    if after:
        said = {k: v for k, v in after.items() if k != "effect"}
        record(
            actor=actor, now=now,
            change=Change("investigation.changed", "investigation", row.pk, {k: before[k] for k in said}, said),
        )  # fmt: skip
        _index(row)


def _add(row: Investigation, report_id: int, note: str) -> InvestigationChart:
    if report_id not in insights.report_definitions([report_id]):
        raise Invalid(report="Choose a report.")
    there = InvestigationChart.objects.filter(investigation=row)
    if there.count() >= MOST_CHARTS:
        raise Conflict(f"At most {MOST_CHARTS} charts; a finding needs few.")
    made, _ = InvestigationChart.objects.get_or_create(
        investigation=row,
        report_id=report_id,
        defaults={"note": note[:400], "position": there.count()},
    )
    return made


@transaction.atomic
def add_chart(
    *, actor: Actor, investigation_id: int, report_id: int, note: str = "", now: datetime
) -> int:
    """Put a report to the question; again changes nothing. Answers the chart's id."""
    allow(actor, "investigation.change")
    row = _locked(investigation_id)
    made = _add(row, report_id, note)
    record(
        actor=actor, now=now,
        change=Change("investigation.chart_added", "investigation", row.pk, {}, {"report": report_id}),
    )  # fmt: skip
    return made.pk


@transaction.atomic
def remove_chart(*, actor: Actor, investigation_id: int, chart_id: int, now: datetime) -> None:
    """The report itself stays."""
    allow(actor, "investigation.change")
    row = _locked(investigation_id)
    if InvestigationChart.objects.filter(investigation=row, pk=chart_id).delete()[0]:
        record(
            actor=actor, now=now,
            change=Change("investigation.chart_removed", "investigation", row.pk, {}, {"chart": chart_id}),
        )  # fmt: skip


@transaction.atomic
def conclude(
    *,
    actor: Actor,
    investigation_id: int,
    finding: str,
    decision_id: int | None = None,
    now: datetime,
) -> None:
    """Write the finding down, with the decision it led to where there is one."""
    allow(actor, "investigation.change")
    row = _locked(investigation_id)
    if not finding.strip():
        raise Invalid(finding="Write what was found, in a sentence or two.")
    values = _checked({"finding": finding, "decision_id": decision_id or row.decision_id}) | {
        "state": "found"
    }
    before, after = apply_changes(row, _dated(row, values, now), now=now)
    if after:
        record(
            actor=actor, now=now,
            change=Change("investigation.concluded", "investigation", row.pk, before, after),
        )  # fmt: skip
        _index(row)
        publish(InvestigationConcluded(row.pk, row.decision_id or 0), actor=actor, now=now)


@transaction.atomic
def measure_effect(*, actor: Actor, investigation_id: int, now: datetime) -> dict[str, Any]:
    """The metric's whole periods before and after the day, compared; kept on the investigation."""
    allow(actor, "investigation.change")
    row = _locked(investigation_id)
    if row.metric_id is None or row.since is None:
        raise Invalid(metric="Choose the metric to look at, and the day since when.")
    found = effect_of(actor, row.metric_id, row.since)
    if found is None:
        raise Conflict("There are no whole periods on both sides of that day yet.")
    effect = {**asdict(found), "clear": found.clear, "at": now.isoformat()}
    row.effect = effect
    row.updated_at, row.version = now, row.version + 1
    row.save(update_fields=["effect", "updated_at", "version"])
    record(
        actor=actor, now=now,
        change=Change("investigation.effect_measured", "investigation", row.pk, {}, {"relative": found.relative}),
    )  # fmt: skip
    return effect


def effect_of(actor: Actor, metric_id: int, since: datetime) -> Effect | None:
    """Before against after for a metric: pooled where it is a share with its persons, else by periods.

    The period `since` lies in belongs to neither side; as many periods before as there are after are taken, four
    at least.
    """
    series = measures.value_series(actor=actor, metric_id=metric_id)
    version = max((p.version for p in series.points), default=1)
    again = [p for p in series.recomputed if p.version == version]
    whole = [
        p
        for p in [*again, *series.points]
        if p.value is not None and not p.incomplete and p.version == version
    ]
    after = [p for p in whole if p.start >= since]
    before = [p for p in whole if p.at <= since and p.start < since][-max(len(after), 4) :]
    if series.metric.unit == "%" and all(p.n for p in (*before, *after)) and before and after:
        return _pooled(
            [((p.value or 0) / 100, p.n or 0) for p in before],
            [((p.value or 0) / 100, p.n or 0) for p in after],
        )
    return of_means([p.value or 0.0 for p in before], [p.value or 0.0 for p in after])


def _pooled(before: list[tuple[float, int]], after: list[tuple[float, int]]) -> Effect | None:
    hits = [round(sum(share * n for share, n in side)) for side in (before, after)]
    return of_shares(hits[0], sum(n for _, n in before), hits[1], sum(n for _, n in after))
