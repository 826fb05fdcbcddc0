"""Asking about opportunities and bets. Later slices get frozen views."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card
from loopline.platform.db.once import once
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.feedback import queries as feedback
from loopline.slices.roadmap.demand import Demand, demands, roots_of
from loopline.slices.roadmap.models import Ask, Bet, Evidence, Opportunity
from loopline.slices.roadmap.rules import STATES


@dataclass(frozen=True, slots=True)
class OpportunityView:
    id: int
    key: str
    title: str
    ask_count: int
    account_count: int
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class BetView:
    id: int
    key: str
    title: str
    hypothesis: str
    opportunity_id: int | None
    metric_id: int | None
    state: str
    horizon: str
    owner_id: int | None
    squad: str
    committed_at: datetime | None
    shipped_at: datetime | None
    declined_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asked: a contact (once, by their latest words) or, without one, the item itself."""

    feedback_id: int
    opportunity_id: int
    contact_id: int | None
    account_id: int | None
    source: str
    submitted_by_id: int | None
    verbatim: str
    quote: str
    title: str
    url: str
    received_at: datetime


def opportunity_rows() -> QuerySet[Opportunity]:
    return Opportunity.objects.select_related("owner")


def bet_rows() -> QuerySet[Bet]:
    return Bet.objects.select_related("owner", "opportunity", "metric", "key_result")


def opportunity(*, actor: Actor, opportunity_id: int) -> Opportunity:
    allow(actor, "opportunity.read")
    found = opportunity_rows().filter(pk=opportunity_id).first()
    if found is None:
        raise Missing("opportunity")
    return found


def bet(*, actor: Actor, bet_id: int) -> Bet:
    allow(actor, "bet.read")
    found = bet_rows().filter(pk=bet_id).first()
    if found is None:
        raise Missing("bet")
    return found


def demand(*, actor: Actor, opportunity_id: int, now: datetime) -> Demand:
    """Who asks and what they are worth."""
    row = opportunity(actor=actor, opportunity_id=opportunity_id)
    return demands([row.pk], now=now)[row.pk]


def _bet_view(b: Bet) -> BetView:
    return BetView(
        b.pk, f"BET-{b.pk}", b.title, b.hypothesis, b.opportunity_id, b.metric_id, b.state, b.horizon, b.owner_id,
        b.squad, b.committed_at, b.shipped_at, b.declined_at,
    )  # fmt: skip


def bets_by_id(ids: Iterable[int | None]) -> dict[int, BetView]:
    wanted = {i for i in ids if i}
    return {b.pk: _bet_view(b) for b in Bet.objects.filter(pk__in=wanted)} if wanted else {}


def bets_of(opportunity_ids: Iterable[int]) -> dict[int, list[BetView]]:
    """Bets by opportunity, oldest first."""
    out: dict[int, list[BetView]] = {}
    found = Bet.objects.filter(opportunity_id__in=set(opportunity_ids), archived_at=None)
    for b in found.order_by("pk"):
        out.setdefault(b.opportunity_id or 0, []).append(_bet_view(b))
    return out


def opportunities_by_id(ids: Iterable[int | None]) -> dict[int, OpportunityView]:
    wanted = {i for i in ids if i}
    found = Opportunity.objects.filter(pk__in=wanted) if wanted else []
    return {
        o.pk: OpportunityView(o.pk, f"OPP-{o.pk}", o.title, o.ask_count, o.account_count, o.owner_id)
        for o in found
    }  # fmt: skip


def opportunities_of(feedback_ids: Iterable[int]) -> dict[int, list[int]]:
    """Opportunities each item asks for, its own and those of what it was merged into, oldest first."""
    return _opportunities_of(tuple(sorted(set(feedback_ids))))


@once
def _opportunities_of(feedback_ids: tuple[int, ...]) -> dict[int, list[int]]:
    root = feedback.roots(feedback_ids)
    wanted = set(root) | set(root.values())
    asks: dict[int, list[int]] = {}
    for item, opp in (
        Ask.objects.filter(feedback_id__in=wanted)
        .order_by("at", "pk")
        .values_list("feedback_id", "opportunity_id")
    ):
        asks.setdefault(item, []).append(opp)
    out = {}
    for item, above in root.items():
        both = list(dict.fromkeys([*asks.get(item, []), *asks.get(above, [])]))
        if both:
            out[item] = both
    return out


def opportunities_touching(feedback_ids: Iterable[int]) -> set[int]:
    """Opportunities whose demand may change with these items."""
    ids = set(feedback_ids)
    wanted = ids | set(feedback.roots(ids).values())
    wanted |= {i for family in feedback.family(wanted).values() for i in family}
    found = Ask.objects.filter(feedback_id__in=wanted)
    return set(found.values_list("opportunity_id", flat=True))


def quotes_of(opportunity_ids: Iterable[int]) -> dict[tuple[int, int], str]:
    """(feedback, opportunity) -> the linked words."""
    found = Ask.objects.filter(opportunity_id__in=set(opportunity_ids))
    return {(f, o): q for f, o, q in found.values_list("feedback_id", "opportunity_id", "quote")}


def askers(*, opportunity_ids: Sequence[int]) -> list[Asker]:
    """Everybody who asked, merged items included; a contact once an opportunity, by the words said last."""
    roots = roots_of(opportunity_ids)
    families = feedback.family({r for found in roots.values() for r in found})
    items = feedback.by_ids({i for family in families.values() for i in family})
    quotes = quotes_of(opportunity_ids)
    out: dict[tuple[int, str, int], Asker] = {}
    for opp, found in roots.items():
        for root in found:
            for id_ in families[root]:
                i = items.get(id_)
                if i is None or i.state == "archived":
                    continue
                key = (opp, "contact", i.contact_id) if i.contact_id else (opp, "item", i.id)
                known = out.get(key)
                if known is None or known.received_at < i.received_at:
                    out[key] = Asker(
                        i.id, opp, i.contact_id, i.account_id, i.source, i.submitted_by_id, i.verbatim,
                        quotes.get((i.id, opp), "") or (i.quotes[0] if i.quotes else ""), i.title, i.url,
                        i.received_at,
                    )  # fmt: skip
    return sorted(out.values(), key=lambda a: (a.feedback_id, a.opportunity_id))


def opportunity_cards(ids: set[int]) -> dict[int, Card]:
    return {
        o.pk: Card(
            "opportunity", o.pk, o.title, f"/opportunities/{o.pk}", f"OPP-{o.pk}",
            f"{o.ask_count} asks" if o.ask_count != 1 else "1 ask", bool(o.archived_at),
        )
        for o in Opportunity.objects.filter(pk__in=ids)
    }  # fmt: skip


def bet_cards(ids: set[int]) -> dict[int, Card]:
    return {
        b.pk: Card("bet", b.pk, b.title, f"/bets/{b.pk}", f"BET-{b.pk}", STATES[b.state], bool(b.archived_at))
        for b in Bet.objects.filter(pk__in=ids)
    }  # fmt: skip


@once
def squads() -> list[tuple[str, str]]:
    names = set(Bet.objects.exclude(squad="").values_list("squad", flat=True))
    names |= set(Opportunity.objects.exclude(squad="").values_list("squad", flat=True))
    return [(n, n) for n in sorted(names)]


@once
def bet_choices() -> list[tuple[str, str]]:
    found = Bet.objects.filter(archived_at=None).exclude(state__in=("declined", "sunset"))
    return [
        ("", "None"),
        *((str(pk), t) for pk, t in found.order_by("title").values_list("pk", "title")[:300]),
    ]


def bet_ids(wanted: Iterable[int]) -> Mapping[int, str]:
    """Which of these ids are bets, with their states; for references in texts."""
    return dict(Bet.objects.filter(pk__in=set(wanted)).values_list("pk", "state"))


@once
def opportunity_choices() -> list[tuple[str, str]]:
    found = Opportunity.objects.filter(archived_at=None).order_by("title")
    return [("", "None"), *((str(pk), t) for pk, t in found.values_list("pk", "title")[:300])]


def goal(bet_id: int) -> tuple[float | None, float | None] | None:
    """(baseline, target) of a bet."""
    return Bet.objects.filter(pk=bet_id).values_list("baseline", "target").first()


_TOLD: list[Callable[[int], Mapping[int, datetime]]] = []


def provide_told(lookup: Callable[[int], Mapping[int, datetime]]) -> None:
    """A later slice says when each account asking for an opportunity was told."""
    _TOLD[:] = [lookup]


def told_lookup(opportunity_id: int) -> Mapping[int, datetime]:
    """Account id -> when somebody there was told last; empty while nothing tells."""
    return _TOLD[0](opportunity_id) if _TOLD else {}


def asked_families(opportunity_ids: Iterable[int]) -> dict[int, list[int]]:
    """Opportunity -> every item that asks for it, merged ones included."""
    roots = roots_of(opportunity_ids)
    families = feedback.family({r for found in roots.values() for r in found})
    return {o: [i for r in found for i in families[r]] for o, found in roots.items()}


def evidence_of(opportunity_id: int) -> QuerySet[Evidence]:
    """Numbers from product usage behind an opportunity, in the order they were added."""
    return Evidence.objects.filter(opportunity=opportunity_id).order_by("pk")


def stopped_since(since: datetime) -> list[BetView]:
    """Bets that were tried and given up, or declined, since a moment, the last first; one query."""
    found = Bet.objects.filter(
        state__in=("pivoted", "sunset", "declined"), archived_at=None, updated_at__gte=since
    )
    return [_bet_view(b) for b in found.order_by("-updated_at", "-pk")[:100]]


def demand_of(opportunity_ids: Sequence[int], *, now: datetime) -> dict[int, Demand]:
    """Who asks for each, and what they are worth; a fixed number of queries."""
    return demands(opportunity_ids, now=now)
