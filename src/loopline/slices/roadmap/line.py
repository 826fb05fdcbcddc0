"""What the roadmap knows of the line: who was heard, what was understood, decided and measured."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.db.models import Min

from loopline.platform.thread import registry
from loopline.platform.thread.marks import DECIDED, HEARD, MEASURED, UNDERSTOOD, Mark
from loopline.platform.thread.registry import Ref
from loopline.platform.ui.formats import written
from loopline.slices.feedback import queries as feedback
from loopline.slices.measures import queries as measures
from loopline.slices.roadmap.demand import roots_of
from loopline.slices.roadmap.models import Ask, Bet, Opportunity
from loopline.slices.roadmap.queries import opportunities_of, opportunities_touching
from loopline.slices.roadmap.rules import BUILDING

Marks = Callable[[Sequence[int]], Mapping[int, Mark]]
Objects = Callable[[int, int], Sequence[Ref]]


def _heard(ids: Sequence[int]) -> Mapping[int, Mark]:
    roots = roots_of(ids)
    families = feedback.family({r for found in roots.values() for r in found})
    at = feedback.received_at({i for f in families.values() for i in f})
    out = {}
    for oid, found in roots.items():
        times = [at[i] for r in found for i in families[r] if i in at]
        if times:
            n = len(found)
            note = "1 ask" if n == 1 else f"{n} asks"
            out[oid] = Mark(True, 1.0, n, min(times), max(times), note)
    return out


def _heard_objects(id_: int, limit: int) -> list[Ref]:
    newest = feedback.newest_first(roots_of([id_]).get(id_, []))
    return [("feedback", i) for i in newest[:limit]]


def _understood(ids: Sequence[int]) -> Mapping[int, Mark]:
    """Linked: from the first link on, however old the words are."""
    asks = Ask.objects.filter(opportunity_id__in=ids).order_by()
    first = dict(asks.values_list("opportunity_id").annotate(first=Min("at")))
    accounts = dict(Opportunity.objects.filter(pk__in=ids).values_list("pk", "account_count"))
    return {
        oid: Mark(
            True, 1.0, accounts.get(oid, 0), at, None,
            "1 account" if accounts.get(oid) == 1 else f"{accounts.get(oid, 0)} accounts",
        )
        for oid, at in first.items()
    }  # fmt: skip


def _decided(ids: Sequence[int]) -> Mapping[int, Mark]:
    times: dict[int, list] = {}  # type: ignore[type-arg]
    found = Bet.objects.filter(opportunity_id__in=ids, state__in=BUILDING, archived_at=None)
    for oid, at in found.exclude(committed_at=None).values_list("opportunity_id", "committed_at"):
        times.setdefault(oid or 0, []).append(at)
    return {
        oid: Mark(True, 1.0, len(t), min(t), max(t), "1 bet" if len(t) == 1 else f"{len(t)} bets")
        for oid, t in times.items()
    }


def _bets(id_: int, limit: int) -> list[Ref]:
    found = Bet.objects.filter(opportunity_id=id_, archived_at=None).order_by("pk")
    return [("bet", i) for i in found.values_list("pk", flat=True)[:limit]]


def _measured_of(bets: Sequence[Bet]) -> dict[int, Mark]:
    """By bet: from the first value after shipping on, what its metric says now; before, when the check is due."""
    firsts = measures.first_after(
        [(b.metric_id, b.shipped_at) for b in bets if b.metric_id and b.shipped_at]
    )
    now = measures.latest_values(metric_id for metric_id, _ in firsts)
    out = {}
    for b in bets:
        value = firsts.get((b.metric_id, b.shipped_at)) if b.metric_id and b.shipped_at else None
        if value and b.metric:
            said = written(now[b.metric.pk].value, b.metric.unit)
            out[b.pk] = Mark(True, 1.0, 1, value.at, value.at, said)
        elif b.state in ("confirmed", "pivoted", "sunset") and b.shipped_at:
            out[b.pk] = Mark(True, 1.0, 1, b.updated_at, b.updated_at, b.state)
        elif b.shipped_at and b.check_on:
            out[b.pk] = Mark(note=_due(b.check_on))
    return out


def _due(day: date) -> str:
    return f"due {day:%-d %b}"


def _measured(ids: Sequence[int]) -> Mapping[int, Mark]:
    bets = list(
        Bet.objects.filter(opportunity_id__in=ids, archived_at=None)
        .exclude(shipped_at=None)
        .select_related("metric")
    )
    marks = _measured_of(bets)
    out: dict[int, Mark] = {}
    for b in bets:
        mark, oid = marks.get(b.pk), b.opportunity_id or 0
        if mark and (oid not in out or mark.reached):
            out[oid] = mark
    return out


def _measured_bets(ids: Sequence[int]) -> Mapping[int, Mark]:
    found = Bet.objects.filter(pk__in=ids).exclude(shipped_at=None).select_related("metric")
    return _measured_of(list(found))


def _metric_objects(id_: int, limit: int) -> list[Ref]:
    found = Bet.objects.filter(opportunity_id=id_).exclude(metric=None)
    return [
        ("metric", i) for i in dict.fromkeys(found.values_list("metric_id", flat=True)[:limit]) if i
    ]


def _decided_bets(ids: Sequence[int]) -> Mapping[int, Mark]:
    found = Bet.objects.filter(pk__in=ids, state__in=BUILDING).exclude(committed_at=None)
    return {pk: Mark(True, 1.0, 1, at, at) for pk, at in found.values_list("pk", "committed_at")}


def above(marks: Marks) -> Marks:
    """The same station, asked for bets: what stands there for their opportunities."""

    def of_bets(ids: Sequence[int]) -> Mapping[int, Mark]:
        owners = dict(
            Bet.objects.filter(pk__in=ids)
            .exclude(opportunity=None)
            .values_list("pk", "opportunity_id")
        )
        found = marks(sorted({o for o in owners.values() if o}))
        return {b: found[o] for b, o in owners.items() if o in found}

    return of_bets


def above_objects(objects: Objects) -> Objects:
    def of_bet(id_: int, limit: int) -> Sequence[Ref]:
        owner = Bet.objects.filter(pk=id_).values_list("opportunity_id", flat=True).first()
        return objects(owner, limit) if owner else []

    return of_bet


def _self(object_type: str) -> Objects:
    return lambda id_, _limit: [(object_type, id_)]


def _metric_of_bet(id_: int, _limit: int) -> list[Ref]:
    found = Bet.objects.filter(pk=id_).values_list("metric_id", flat=True).first()
    return [("metric", found)] if found else []


def _parents(ids: Sequence[int]) -> Mapping[int, Ref]:
    return {f: ("opportunity", found[0]) for f, found in opportunities_of(ids).items()}


def _feedback_understood(ids: Sequence[int]) -> Mapping[int, Mark]:
    """An item is understood when it, or what it was merged into, is linked."""
    linked = opportunities_of(ids)
    wanted = {o for found in linked.values() for o in found}
    asks = Ask.objects.filter(opportunity_id__in=wanted).order_by()
    firsts = dict(asks.values_list("opportunity_id").annotate(first=Min("at")))
    return {
        f: Mark(True, 1.0, len(opps), firsts[opps[0]], None)
        for f, opps in linked.items()
        if opps[0] in firsts
    }


def _feedback_opportunities(id_: int, limit: int) -> list[Ref]:
    return [("opportunity", o) for o in opportunities_of([id_]).get(id_, [])[:limit]]


def register() -> None:
    """In the order in which stored lines are recomputed."""
    provider = registry.Provider
    registry.stored("opportunity")
    registry.stored("bet")
    for station, marks, objects in (
        (HEARD, _heard, _heard_objects),
        (UNDERSTOOD, _understood, _self("opportunity")),
        (DECIDED, _decided, _bets),
        (MEASURED, _measured, _metric_objects),
    ):
        registry.provide("opportunity", station, provider(marks, objects))
    registry.provide("bet", HEARD, provider(above(_heard), above_objects(_heard_objects)))
    registry.provide(
        "bet", UNDERSTOOD, provider(above(_understood), above_objects(_self("opportunity")))
    )
    registry.provide("bet", DECIDED, provider(_decided_bets, _self("bet")))
    registry.provide("bet", MEASURED, provider(_measured_bets, _metric_of_bet))
    registry.provide(
        "feedback", UNDERSTOOD, provider(_feedback_understood, _feedback_opportunities)
    )
    registry.parent("feedback", _parents)
    registry.spread(
        "feedback", lambda ids: [("opportunity", o) for o in opportunities_touching(ids)]
    )
    registry.spread(
        "opportunity",
        lambda ids: [
            ("bet", b)
            for b in Bet.objects.filter(opportunity_id__in=ids).values_list("pk", flat=True)
        ],
    )
    registry.spread(
        "bet",
        lambda ids: [
            ("opportunity", o)
            for o in Bet.objects.filter(pk__in=ids)
            .exclude(opportunity=None)
            .values_list("opportunity_id", flat=True)
            if o
        ],
    )
