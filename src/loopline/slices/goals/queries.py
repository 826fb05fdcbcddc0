"""Asking about goals, plans and changes of direction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card
from loopline.platform.db.once import once
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.settings.options import today
from loopline.slices.goals.models import (
    Capacity,
    CheckIn,
    Direction,
    DirectionPromise,
    KeyResult,
    Objective,
    PlanSnapshot,
)
from loopline.slices.goals.planning import room
from loopline.slices.goals.rules import (
    CHECK_IN_DAYS,
    OUTCOMES,
    STATES,
    label,
    period_of,
    shifted,
    weeks_of,
)
from loopline.slices.measures import queries as measures

MOST = 300  # choices of a picker


@dataclass(frozen=True, slots=True)
class KeyResultView:
    id: int
    key: str
    text: str
    objective_id: int
    objective: str
    period: str
    metric_id: int | None
    owner_id: int | None


def objective_rows() -> QuerySet[Objective]:
    return Objective.objects.select_related("owner", "parent").annotate(
        key_result_count=Count(
            "key_results", filter=Q(key_results__archived_at=None, key_results__dropped_at=None)
        )
    )


def key_result_rows() -> QuerySet[KeyResult]:
    return KeyResult.objects.select_related("objective", "owner", "metric")


def objective(*, actor: Actor, objective_id: int) -> Objective:
    """Raises Missing."""
    allow(actor, "goal.read")
    found = objective_rows().filter(pk=objective_id).first()
    if found is None:
        raise Missing("objective")
    return found


def key_result(*, actor: Actor, key_result_id: int) -> KeyResult:
    """Raises Missing."""
    allow(actor, "goal.read")
    found = key_result_rows().filter(pk=key_result_id).first()
    if found is None:
        raise Missing("key result")
    return found


def objectives_of(period: str) -> list[Objective]:
    """Those of a quarter, parents before their children."""
    found = list(objective_rows().filter(period=period, archived_at=None).order_by("pk"))
    ids = {o.pk for o in found}
    by_parent: dict[int, list[Objective]] = {}
    for o in found:
        above = o.parent_id if o.parent_id in ids else None
        by_parent.setdefault(above or 0, []).append(o)
    out: list[Objective] = []
    waiting = list(reversed(by_parent.get(0, [])))
    while waiting:
        out.append(one := waiting.pop())
        waiting += reversed(by_parent.get(one.pk, []))
    seen = {o.pk for o in out}
    return out + [o for o in found if o.pk not in seen]


def key_results_of(objective_ids: Iterable[int]) -> dict[int, list[KeyResult]]:
    """By objective, as they were written; one query."""
    out: dict[int, list[KeyResult]] = {}
    found = key_result_rows().filter(objective_id__in=set(objective_ids), archived_at=None)
    for k in found.order_by("pk"):
        out.setdefault(k.objective_id, []).append(k)
    return out


def key_results_by_id(ids: Iterable[int | None]) -> dict[int, KeyResultView]:
    wanted = {i for i in ids if i}
    return {
        k.pk: KeyResultView(
            k.pk, f"KR-{k.pk}", k.text, k.objective_id, k.objective.title, k.objective.period, k.metric_id, k.owner_id
        )
        for k in (key_result_rows().filter(pk__in=wanted) if wanted else ())
    }  # fmt: skip


def last_check_ins(ids: Iterable[int]) -> dict[int, CheckIn]:
    """The newest of each key result; two queries."""
    wanted = set(ids)
    if not wanted:
        return {}
    newest = CheckIn.objects.filter(key_result=OuterRef("pk")).order_by("-at", "-pk")
    found = KeyResult.objects.filter(pk__in=wanted).annotate(last=Subquery(newest.values("pk")[:1]))
    last = [i for i in found.values_list("last", flat=True) if i]
    return {c.key_result_id: c for c in CheckIn.objects.filter(pk__in=last)}


def check_ins_of(key_result_id: int, limit: int = 200) -> list[CheckIn]:
    """Oldest first."""
    found = CheckIn.objects.filter(key_result=key_result_id).order_by("-at", "-pk")[:limit]
    return list(found)[::-1]


def open_key_results(*, owner_id: int | None, period: str) -> list[KeyResult]:
    """Those of a quarter's active objectives that this person answers for."""
    found = key_result_rows().filter(
        objective__period=period, objective__state="active", objective__archived_at=None, archived_at=None,
        dropped_at=None, owner_id=owner_id or 0,
    )  # fmt: skip
    return list(found.order_by("objective_id", "pk"))


def due_check_ins(*, owner_id: int | None, period: str, now: datetime) -> int:
    """How many of them nobody checked in for a week."""
    mine = open_key_results(owner_id=owner_id, period=period)
    last = last_check_ins(k.pk for k in mine)
    edge = now - timedelta(days=CHECK_IN_DAYS)
    return sum(k.pk not in last or last[k.pk].at <= edge for k in mine)


def periods() -> list[str]:
    """Quarters that have objectives, oldest first."""
    return sorted(set(Objective.objects.filter(archived_at=None).values_list("period", flat=True)))


@once
def objective_choices() -> list[tuple[str, str]]:
    found = Objective.objects.filter(archived_at=None).order_by("-period", "title")[:MOST]
    return [("", "None"), *((str(o.pk), f"{o.title}, {label(o.period)}") for o in found)]


@once
def key_result_choices() -> list[tuple[str, str]]:
    """Of objectives that are not closed, the newest quarter first."""
    found = key_result_rows().filter(archived_at=None, dropped_at=None, objective__archived_at=None)
    rows = found.exclude(objective__state="closed").order_by("-objective__period", "text")[:MOST]
    return [("", "None"), *((str(k.pk), f"{k.text}, {label(k.objective.period)}") for k in rows)]


@once
def quarter_choices() -> list[tuple[str, str]]:
    """From two quarters back to four ahead, and those that have objectives; nothing first."""
    here = period_of(today(timezone.now()))
    near = {shifted(here, n) for n in range(-2, 5)} | set(periods())
    return [("", "None"), *((p, label(p)) for p in sorted(near))]


def capacity_of(period: str) -> dict[str, Capacity]:
    """By team what holds in a quarter: its own row, else people of the newest earlier one with nobody away."""
    out: dict[str, Capacity] = {}
    for row in Capacity.objects.filter(period__lte=period).order_by("period"):
        out[row.team] = row
    for row in out.values():
        if row.period != period:
            row.days_away = 0.0
    return out


def rooms(period: str) -> dict[str, float | None]:
    """Person-weeks by team that a quarter has."""
    weeks = weeks_of(period)
    return {t: room(c.people, weeks, c.days_away) for t, c in capacity_of(period).items()}


def snapshot_rows(period: str = "") -> QuerySet[PlanSnapshot]:
    found = PlanSnapshot.objects.defer("content").order_by("-at", "-pk")
    return found.filter(period=period) if period else found


def snapshot(*, actor: Actor, snapshot_id: int) -> PlanSnapshot:
    """Raises Missing."""
    allow(actor, "goal.read")
    found = PlanSnapshot.objects.filter(pk=snapshot_id).first()
    if found is None:
        raise Missing("snapshot")
    return found


def direction_rows() -> QuerySet[Direction]:
    promised = Q(promises__state="open")
    return Direction.objects.select_related("owner", "decision").annotate(
        row_count=Count("rows", distinct=True),
        promise_count=Count("promises", distinct=True),
        open_count=Count("promises", filter=promised, distinct=True),
    )


def direction(*, actor: Actor, direction_id: int) -> Direction:
    """Raises Missing."""
    allow(actor, "goal.read")
    found = direction_rows().select_related("before", "after").filter(pk=direction_id).first()
    if found is None:
        raise Missing("change of direction")
    return found


def directions_of(period: str) -> list[Direction]:
    """Changes of a quarter, the newest first."""
    return list(direction_rows().filter(period=period, archived_at=None).order_by("-pk"))


def promises_of(direction_id: int) -> list[DirectionPromise]:
    found = DirectionPromise.objects.filter(direction=direction_id)
    return list(found.select_related("account", "owner", "deal").order_by("pk"))


def decided_between(start: datetime, end: datetime) -> list[Direction]:
    """Changes decided after one moment and up to another."""
    found = Direction.objects.filter(decided_at__gt=start, decided_at__lte=end, archived_at=None)
    return list(found.order_by("decided_at"))


def promised(period: str) -> list[DirectionPromise]:
    """Promises of this quarter's decided changes."""
    found = DirectionPromise.objects.filter(
        direction__period=period, direction__archived_at=None
    ).exclude(direction__state="draft")
    return list(found.select_related("account").order_by("pk"))


def objective_cards(ids: set[int]) -> dict[int, Card]:
    words = dict(STATES)
    return {
        o.pk: Card(
            "objective", o.pk, o.title, f"/goals/objectives/{o.pk}", f"OBJ-{o.pk}",
            f"{label(o.period)}, {(dict(OUTCOMES).get(o.outcome) or words[o.state]).lower()}", bool(o.archived_at),
        )
        for o in Objective.objects.filter(pk__in=ids)
    }  # fmt: skip


def key_result_cards(ids: set[int]) -> dict[int, Card]:
    return {
        k.pk: Card(
            "key-result", k.pk, k.text, f"/goals/key-results/{k.pk}", f"KR-{k.pk}", label(k.objective.period),
            bool(k.archived_at),
        )
        for k in KeyResult.objects.filter(pk__in=ids).select_related("objective")
    }  # fmt: skip


def direction_cards(ids: set[int]) -> dict[int, Card]:
    return {
        d.pk: Card(
            "direction", d.pk, d.title, f"/goals/change/{d.pk}", f"DIR-{d.pk}", d.state, bool(d.archived_at)
        )
        for d in Direction.objects.filter(pk__in=ids)
    }  # fmt: skip


def using(metric_id: int) -> list[KeyResult]:
    """Key results that a metric measures, the newest first."""
    found = key_result_rows().filter(metric_id=metric_id, archived_at=None)
    return list(found.order_by("-pk")[:30])


def current_metric(
    metric_id: int | None,
) -> tuple[measures.MetricView | None, measures.Reading | None]:
    """A metric with what it says now; None for both where there is none."""
    found = measures.metrics_by_id([metric_id]).get(metric_id or 0)
    return found, measures.latest_values([metric_id]).get(metric_id or 0) if found else None
