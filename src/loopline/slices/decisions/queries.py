"""Asking about decisions, and the facts that are frozen when one is made."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.ui.moments import MOST, Moment
from loopline.slices.decisions.models import Decision
from loopline.slices.decisions.rules import VERDICTS

Fact = tuple[str, str]  # what we went by, and its value then, as printed
Facts = Callable[[int], Sequence[Fact]]
_FACTS: dict[str, Facts] = {}


@dataclass(frozen=True, slots=True)
class DecisionView:
    id: int
    key: str
    question: str
    about_type: str
    about_id: int | None
    state: str
    verdict: str
    chosen: str
    rationale: str
    decided_at: datetime | None
    decided_by: str
    decided_by_id: int | None
    revisit_on: date | None
    inputs: tuple[Fact, ...]


def provide_facts(object_type: str, facts: Facts) -> None:
    """Later slices say what is known of their objects; it is frozen into a decision about them."""
    _FACTS[object_type] = facts


def facts(object_type: str, object_id: int | None) -> list[Fact]:
    found = _FACTS.get(object_type)
    return list(found(object_id)) if found and object_id else []


def view(d: Decision) -> DecisionView:
    return DecisionView(
        d.pk, f"DEC-{d.pk}", d.question, d.about_type, d.about_id, d.state, d.verdict, d.chosen, d.rationale,
        d.decided_at, d.decider_name, d.decided_by_id, d.revisit_on, tuple((k, v) for k, v in d.inputs),
    )  # fmt: skip


def rows() -> QuerySet[Decision]:
    return Decision.objects.select_related("decided_by", "owner")


def one(*, actor: Actor, decision_id: int) -> Decision:
    allow(actor, "decision.read")
    found = rows().filter(pk=decision_id).first()
    if found is None:
        raise Missing("decision")
    return found


def by_ids(ids: Iterable[int]) -> dict[int, DecisionView]:
    return {d.pk: view(d) for d in Decision.objects.filter(pk__in=set(ids))}


def about(refs: Sequence[tuple[str, int]]) -> list[DecisionView]:
    """Decisions about these objects, newest first; one query per type."""
    by_type: dict[str, set[int]] = {}
    for type_, id_ in refs:
        by_type.setdefault(type_, set()).add(id_)
    found = [
        view(d)
        for type_, ids in by_type.items()
        for d in Decision.objects.filter(about_type=type_, about_id__in=ids, archived_at=None)
    ]
    return sorted(found, key=lambda d: -d.id)


def parents(ids: Sequence[int]) -> Mapping[int, tuple[str, int]]:
    """What each decision is about, for the line."""
    found = Decision.objects.filter(pk__in=ids).exclude(about_type="").exclude(about_id=None)
    return {
        pk: (t, i)
        for pk, t, i in found.values_list("pk", "about_type", "about_id")
        if i is not None
    }


def to_revisit(*, on: date, owner_id: int | None = None) -> list[DecisionView]:
    """Decided ones whose day has come, longest due first."""
    found = Decision.objects.filter(state="decided", revisit_on__lte=on, archived_at=None)
    if owner_id is not None:
        found = found.filter(owner_id=owner_id)
    return [view(d) for d in found.order_by("revisit_on", "pk")[:50]]


def decision_cards(ids: set[int]) -> dict[int, Card]:
    words = dict(VERDICTS)
    return {
        d.pk: Card(
            "decision", d.pk, d.chosen or d.question, f"/decisions/{d.pk}", f"DEC-{d.pk}",
            words[d.verdict] if d.state == "decided" else "Open", bool(d.archived_at),
        )
        for d in Decision.objects.filter(pk__in=ids)
    }  # fmt: skip


def moments(start: datetime, end: datetime) -> list[Moment]:
    """Decisions taken in [start, end), for charts."""
    found = Decision.objects.filter(
        state="decided", decided_at__gte=start, decided_at__lt=end, archived_at=None
    )
    return [
        Moment(at, f"Decided: {question} {chosen}".strip(), f"/decisions/{pk}", "decision")
        for pk, at, chosen, question in found.order_by("-decided_at").values_list(
            "pk", "decided_at", "chosen", "question"
        )[:MOST]
        if at
    ]


def decided_by(user_id: int, start: datetime, end: datetime) -> int:
    """How many decisions one person took in [start, end)."""
    found = Decision.objects.filter(state="decided", decided_by_id=user_id, archived_at=None)
    return found.filter(decided_at__gte=start, decided_at__lt=end).count()


def choices() -> list[tuple[str, str]]:
    """Decisions that are not archived, the newest first, for a choice."""
    found = Decision.objects.filter(archived_at=None).order_by("-updated_at", "-pk")
    return [(str(pk), question) for pk, question in found.values_list("pk", "question")[:200]]


def open_since() -> list[datetime]:
    """When each decision that still waits was opened, the oldest first; one query."""
    found = Decision.objects.filter(state="open", archived_at=None).order_by("created_at")
    return list(found.values_list("created_at", flat=True))


def made_between(start: datetime, end: datetime) -> tuple[int, int]:
    """(decisions made, of those with the reason written down) in [start, end); one query."""
    found = Decision.objects.filter(
        state="decided", archived_at=None, decided_at__gte=start, decided_at__lt=end
    ).values_list("rationale", flat=True)
    why = [bool(text.strip()) for text in found]
    return len(why), sum(why)
