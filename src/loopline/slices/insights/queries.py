"""Asking about product events, for pages, the API, metrics and dashboards alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from loopline.core.insights import ir
from loopline.core.problems import Invalid, Missing, TooMany, Unavailable
from loopline.platform.cards.registry import Card
from loopline.platform.db.once import once
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow, may
from loopline.platform.settings.options import zone
from loopline.platform.ui import moments
from loopline.platform.ui.drawn import Drawn, draw
from loopline.platform.ui.drawn.shape import named, percent
from loopline.slices.insights import asking, discretion, questions, shown
from loopline.slices.insights.models import (
    Cohort,
    CohortMember,
    EventName,
    PropertyName,
    Report,
    ReportVersion,
)

MOST_PEOPLE = 1_000
shown_to = discretion.shown_to  # for slices that keep conditions of their own
MOST_ROWS = 10_000
MINUTE = 60_000_000  # a question without an end takes the minute it is asked in


def typed(kind: str, body: Any, now: datetime) -> ir.Question:
    """The typed question of a JSON body, in the company's zone. Raises Invalid."""
    read = questions.read(kind, body)
    question: ir.Question = read.typed(now, str(zone()))
    if read.cohort:
        question = replace(question, among=members(read.cohort, read.actor))
    if read.without_cohort:
        question = replace(question, without=members(read.without_cohort, read.actor))
    return question


def ask(*, actor: Actor, kind: str, body: Any, now: datetime) -> dict[str, Any]:
    """The answer to a question of CONTRACT's insights, as JSON. Raises Invalid, NotAllowed, TooMany or Unavailable.

    Whoever may not see persons is answered without what tells who they are.
    """
    allow(actor, "insight.read")
    if may(actor, "person.read"):
        return computed(kind, body, now)
    asked = discretion.meant(kind, questions.kept(questions.read(kind, body)))
    return discretion.without_persons(asked, computed(kind, asked, now))


def computed(kind: str, body: Any, now: datetime) -> dict[str, Any]:
    """As `ask`, for jobs that act for nobody."""
    answer, how = asking.answer(typed(kind, body, now))
    return shown.answered(answer, how)


def people(
    *,
    actor: Actor,
    kind: str,
    body: Any,
    cell: Any,
    limit: int = 100,
    offset: int = 0,
    now: datetime,
) -> dict[str, Any]:
    """Who stands behind a cell: `{items: [{person, account}], count}`; the count equals the cell."""
    allow(actor, "person.read")
    question = typed(kind, body, now)
    wanted = questions.checked(questions.CellIn.model_validate, cell)
    whole, less = cells(kind, wanted)
    found = asking.people(question, whole, less, limit=min(limit, MOST_PEOPLE), offset=offset)
    return {
        "items": [
            {"person": person or None, "account": account or None}
            for person, account in found.items
        ],
        "count": found.count,
    }


def cells(kind: str, cell: questions.CellIn) -> tuple[ir.Cell, ir.Cell | None]:
    """What to count, and what to take from it: who `dropped` are those before less those who went on."""
    typed_cell = cell.typed()
    if not cell.dropped:
        return typed_cell, None
    if kind == "funnel" and cell.step > 1:
        return replace(typed_cell, step=cell.step - 1), typed_cell
    if kind == "retention" and cell.period is not None:
        return replace(typed_cell, period=None), typed_cell
    if kind in ("time-to-value", "adoption"):
        return replace(typed_cell, step=1), replace(typed_cell, step=2)
    raise Invalid(cell="Nobody dropped out there: name a later step or period.")


def sql(*, actor: Actor, text: str, limit: int = MOST_ROWS) -> dict[str, Any]:
    """Rows of one SELECT over the documented views."""
    allow(actor, "sql.read")
    table, how = asking.sql(text, limit=min(limit, MOST_ROWS))
    return {
        "columns": [{"name": name, "type": type_} for name, type_ in table.columns],
        "rows": table.rows,
        "more": table.more,
        "computed_from": {
            "events": how.events,
            "through": shown.moment(how.through),
            "engine": how.engine,
            "milliseconds": how.milliseconds,
        },
    }


def report_rows() -> QuerySet[Report]:
    return Report.objects.select_related("owner")


def report(*, actor: Actor, report_id: int) -> Report:
    allow(actor, "insight.read")
    found = report_rows().filter(pk=report_id).first()
    if found is None:
        raise Missing("report")
    return found


def report_definitions(ids: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """`{name, kind, body, owner, version, says}` of reports, for dashboards and evidence."""
    return {
        r.pk: {
            "name": r.name, "kind": r.kind, "body": r.body, "says": r.says, "finding": r.finding,
            "version": r.definition_version, "owner_id": r.owner_id, "chart": r.chart,
        }
        for r in Report.objects.filter(pk__in=set(ids))
    }  # fmt: skip


def report_cards(ids: set[int]) -> dict[int, Card]:
    return {
        r.pk: Card(
            "report", r.pk, r.name, f"/reports/{r.pk}", f"REP-{r.pk}", r.kind, bool(r.archived_at)
        )
        for r in Report.objects.filter(pk__in=ids)
    }  # fmt: skip


def cohort_rows() -> QuerySet[Cohort]:
    """Cohorts with their owner; `many` is the size, nought where it is not counted yet."""
    return Cohort.objects.select_related("owner").annotate(many=Coalesce("size", Value(0)))


def cohort(*, actor: Actor, cohort_id: int) -> Cohort:
    allow(actor, "insight.read")
    found = cohort_rows().filter(pk=cohort_id).first()
    if found is None:
        raise Missing("cohort")
    return found


def cohort_cards(ids: set[int]) -> dict[int, Card]:
    return {
        c.pk: Card("cohort", c.pk, c.name, f"/cohorts/{c.pk}", f"COH-{c.pk}", c.says[:80], bool(c.archived_at))
        for c in Cohort.objects.filter(pk__in=ids)
    }  # fmt: skip


def members(cohort_id: str, actor: str) -> frozenset[str]:
    """The persons or accounts of a cohort. Raises Invalid where it is none, or one of the other kind."""
    key = cohort_id.upper().removeprefix("COH-")
    row = (
        Cohort.objects.filter(pk=int(key)).first()
        if key.isascii() and key.isdigit() and len(key) < 19
        else None
    )
    if row is None:
        raise Invalid(cohort=f"{cohort_id!r} is not the id of a cohort.")
    if row.actor != actor:
        raise Invalid(
            cohort=f"{row.name} is a cohort of {row.actor}s; this question counts {actor}s."
        )
    found = CohortMember.objects.filter(cohort=row).values_list("actor_id", flat=True)
    return frozenset(found)


@once
def event_choices() -> list[str]:
    """Names of the events there are, the commonest first, for fields that suggest them."""
    names = EventName.objects.exclude(state="retired").order_by("-volume_30d", "name")
    return list(names.values_list("name", flat=True)[:500])


@once
def property_choices() -> list[str]:
    """Names of the properties events carry, the commonest first."""
    names = PropertyName.objects.exclude(event=None).values("name").annotate(times=Count("id"))
    return [n["name"] for n in names.order_by("-times", "name")[:500]]


def cohort_choices(actor: str) -> list[tuple[str, str]]:
    """Cohorts a question about these actors may be narrowed to."""
    found = Cohort.objects.filter(archived_at=None, actor=actor).order_by("name")
    return [
        ("", "Everybody"),
        *((str(pk), name) for pk, name in found.values_list("pk", "name")[:200]),
    ]


def reports_of_kind(kind: str) -> list[Report]:
    """The reports of one kind that were looked after last."""
    return list(
        report_rows().filter(kind=kind, archived_at=None).order_by("-updated_at", "-id")[:12]
    )


def report_versions(report_id: int) -> list[ReportVersion]:
    """Definitions a report has had, the newest first."""
    return list(ReportVersion.objects.filter(report=report_id).order_by("-number")[:20])


def event_rows() -> QuerySet[EventName]:
    """Events of the catalogue with their owner; `seen` is when one last came, long ago where none did."""
    never = Value(datetime(1970, 1, 1, tzinfo=UTC), output_field=DateTimeField())
    return EventName.objects.select_related("owner").annotate(seen=Coalesce("last_seen", never))


def event_name(*, actor: Actor, event_id: int) -> EventName:
    allow(actor, "insight.read")
    found = event_rows().filter(pk=event_id).first()
    if found is None:
        raise Missing("event")
    return found


def properties_of(event_id: int | None) -> list[PropertyName]:
    """What an event carries (what is known of persons, without one), the commonest first."""
    found = PropertyName.objects.filter(event_id=event_id).order_by("name")
    return sorted(found, key=lambda row: -(row.share or 0))[:300]


def event_cards(ids: set[int]) -> dict[int, Card]:
    return {
        e.pk: Card(
            "event-name", e.pk, e.name, f"/events/catalogue/{e.pk}", f"EV-{e.pk}", e.description[:80],
            bool(e.archived_at),
        )
        for e in EventName.objects.filter(pk__in=ids)
    }  # fmt: skip


def report_facts(report_id: int) -> list[tuple[str, str]]:
    """The main numbers of a report as they are now, for a decision to freeze; few words each."""
    row = Report.objects.filter(pk=report_id).first()
    if row is None or row.kind == "sql":
        return []
    try:
        answer = computed(row.kind, row.body, timezone.now())
    except (Invalid, TooMany, Unavailable):
        return []
    return _facts(row.kind, row.body, answer)


def _facts(kind: str, body: Mapping[str, Any], answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    if kind == "funnel":
        names = [named(s) for s in body["steps"]]
        steps = list(zip(names, answer["steps"], strict=True))
        return [
            (names[0], str(answer["steps"][0]["count"])),
            *((f"to {name}", percent(step["conversion_from_start"])) for name, step in steps[1:]),
        ]
    if kind == "time-to-value":
        reached = answer["reached"] / answer["people"] if answer["people"] else None
        return [("began", str(answer["people"])), ("reached it", percent(reached))]
    if kind == "adoption":
        return [("adopters", str(answer["adopters"])), ("adoption", percent(answer["share"]))]
    if kind == "retention":
        size = sum(c["size"] for c in answer["cohorts"])
        return [("began", str(size))]
    if kind in ("trend", "actives"):
        points = answer["points"] if kind == "actives" else next(
            (s["points"] for s in answer["series"]), []
        )  # fmt: skip
        values = [p["value"] for p in points if p["value"] is not None and not p["incomplete"]]
        return [("latest", f"{values[-1]:g}")] if values else []
    return []


def checked_filters(filters: Any) -> list[dict[str, Any]]:
    """Conditions as `filters` of a question takes them, for whoever keeps some. Raises Invalid."""
    read: questions.QuestionIn = questions.checked(
        questions.QuestionIn.model_validate, {"filters": filters}
    )
    return list(questions.kept(read).get("filters", []))


def narrowed(
    body: Mapping[str, Any], *, days: int | None = None, filters: Sequence[Any] = ()
) -> dict[str, Any]:
    """A question over the last so many days instead of its own time, with further filters."""
    out = dict(body)
    if days is not None:
        out = {k: v for k, v in out.items() if k not in ("from", "to")} | {"last_days": days}
    if filters:
        out["filters"] = [*out.get("filters", []), *filters]
    return out


def report_body_on(report_id: int, moment: datetime) -> Mapping[str, Any] | None:
    """The definition a report had at a time; None where it did not exist yet."""
    rows = ReportVersion.objects.filter(report=report_id, at__lte=moment).order_by("-number")
    return rows.values_list("body", flat=True).first()


def ending(kind: str, body: Mapping[str, Any], moment: datetime) -> dict[str, Any] | None:
    """A question whose time ends at a moment at the latest, to be asked as of it; None where it begins later."""
    span = questions.read(kind, body).span(moment, str(zone()))
    last = asking.micros(moment)
    if span.start >= last:
        return None
    return dict(body) if span.end <= last + MINUTE else {**body, "to": moment.isoformat()}


def drawn(
    *, actor: Actor, kind: str, body: Mapping[str, Any], now: datetime, w: float = 760
) -> tuple[Drawn, dict[str, Any]]:
    """The answer to a question, drawn as everywhere, and its JSON. Raises Invalid, TooMany or Unavailable."""
    allow(actor, "insight.read")
    answer = computed(kind, body, now)  # what a report or a dashboard asks, others chose
    if not may(actor, "person.read"):
        answer = discretion.without_persons(body, answer)
    span = questions.read(kind, body).span(now, str(zone()))
    start, end = (shown.EPOCH + timedelta(microseconds=at) for at in (span.start, span.end))
    marks = moments.between(actor, start, end) if kind in ("trend", "actives", "lifecycle") else []
    said = discretion.shown_to(actor, body)
    return draw(kind, said, answer, zone=zone(), now=now, moments=marks, w=w), answer


def report_choices() -> list[tuple[str, str]]:
    """Reports that are not archived, by name, for a choice."""
    found = Report.objects.filter(archived_at=None).order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in found[:300]]


def count_behind(kind: str, body: Any, cell: Any, now: datetime) -> int:
    """How many stand behind a cell, for jobs that act for nobody. Raises as `ask`."""
    whole, less = cells(kind, questions.checked(questions.CellIn.model_validate, cell))
    return asking.people(typed(kind, body, now), whole, less, limit=0, offset=0).count


def checked_cell(
    kind: str, body: Any, cell: Any, now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A question and a cell of it as they are kept. Raises Invalid."""
    read = questions.checked(questions.CellIn.model_validate, cell)
    question = questions.read(kind, body)
    typed(kind, body, now)
    cells(kind, read)
    return questions.kept(question), read.model_dump(mode="json", exclude_unset=True)


def names_breaking() -> tuple[int, int]:
    """(names of events in use that break a rule of naming, names in use); one query."""
    found = EventName.objects.exclude(state="retired").values_list("broken_rules", flat=True)
    rules_ = list(found)
    return sum(bool(r) for r in rules_), len(rules_)
