"""Who asks for an opportunity and what they are worth; each account once, however often it asked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from loopline.platform.settings.options import workspace
from loopline.slices.customers import queries as customers
from loopline.slices.feedback import queries as feedback
from loopline.slices.roadmap.models import Ask, Opportunity

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class AskingAccount:
    """One account with what it asked: times (merged ones too), last time, what it is worth and as what."""

    id: int
    name: str
    stage: str
    health: str
    worth: Decimal | None
    counted_as: str
    times: int
    last_at: datetime
    feedback_ids: tuple[int, ...]
    currency: str


@dataclass(frozen=True, slots=True)
class Demand:
    """CONTRACT's demand: accounts once, ARR by won, open and lost, personas by items, items counted."""

    accounts: tuple[AskingAccount, ...]
    won: Decimal
    open: Decimal
    lost: Decimal
    personas: tuple[tuple[str, int], ...]
    feedback_count: int
    recent: int
    last_at: datetime | None
    apart: tuple[tuple[str, Decimal], ...] = ()  # amounts in other currencies, never summed

    @property
    def total(self) -> Decimal:
        return self.won + self.open + self.lost


def roots_of(opportunity_ids: Iterable[int]) -> dict[int, list[int]]:
    """The items that count for each opportunity: what was linked, or what it was merged into."""
    pairs = list(
        Ask.objects.filter(opportunity_id__in=set(opportunity_ids))
        .order_by("at", "pk")
        .values_list("opportunity_id", "feedback_id")
    )
    root = feedback.roots({f for _, f in pairs})
    out: dict[int, list[int]] = {}
    for opportunity, item in pairs:
        found = out.setdefault(opportunity, [])
        if root[item] not in found:
            found.append(root[item])
    return out


def worth(
    account: customers.AccountView, deals: Sequence[customers.DealView], own: str
) -> tuple[str, dict[str, Decimal]]:
    """What an account counts as (won, open, lost) and with how much by currency, as CONTRACT 3 says."""
    kind = {"customer": "won", "churned": "lost"}.get(account.stage, "open")
    amounts: dict[str, Decimal] = {}
    if kind == "open":
        for d in deals:
            if d.state == "open" and d.amount is not None:
                currency = d.currency or own
                amounts[currency] = amounts.get(currency, ZERO) + d.amount
    if not amounts and account.arr is not None:
        amounts[account.currency or own] = account.arr
    return kind, amounts


def demands(opportunity_ids: Sequence[int], *, now: datetime) -> dict[int, Demand]:
    """Demand of several opportunities in a fixed number of queries."""
    roots = roots_of(opportunity_ids)
    families = feedback.family({r for found in roots.values() for r in found})
    items = feedback.by_ids({i for family in families.values() for i in family})
    accounts = customers.accounts_by_id(i.account_id for i in items.values())
    deals = customers.deals_of(accounts)
    out = {}
    for oid in opportunity_ids:
        mine = [items[i] for r in roots.get(oid, []) for i in families[r] if i in items]
        out[oid] = _demand(mine, len(roots.get(oid, [])), accounts, deals, now)
    return out


def _demand(
    items: Sequence[feedback.FeedbackView], count: int, accounts: Mapping[int, customers.AccountView],
    deals: Mapping[int, list[customers.DealView]], now: datetime,
) -> Demand:  # fmt: skip
    by_account: dict[int, list[feedback.FeedbackView]] = {}
    for item in items:
        if item.account_id in accounts:
            by_account.setdefault(item.account_id or 0, []).append(item)
    own = workspace().currency
    rows, sums, apart = [], {"won": ZERO, "open": ZERO, "lost": ZERO}, dict[str, Decimal]()
    for id_, said in by_account.items():
        a = accounts[id_]
        kind, amounts = worth(a, deals.get(id_, []), own)
        for currency, amount in amounts.items():
            into, key = (sums, kind) if currency == own else (apart, currency)
            into[key] = into.get(key, ZERO) + amount
        shown = own if own in amounts else next(iter(amounts), own)
        rows.append(
            AskingAccount(
                id_, a.name, a.stage, a.health, amounts.get(shown), kind, len(said),
                max(i.received_at for i in said), tuple(i.id for i in said), shown,
            )
        )  # fmt: skip
    rows.sort(key=lambda r: (r.currency != own, -(r.worth or ZERO), r.name))
    personas = Counter(i.persona for i in items if i.persona and i.root_id is None)
    return Demand(
        tuple(rows), sums["won"], sums["open"], sums["lost"],
        tuple(sorted(personas.items(), key=lambda x: (-x[1], x[0]))), count,
        sum((now - i.received_at).days < 30 for i in items),
        max((i.received_at for i in items), default=None), tuple(sorted(apart.items())),
    )  # fmt: skip


def refresh(opportunity_ids: Iterable[int], *, now: datetime) -> None:
    """Bring the kept figures of these opportunities up to date."""
    ids = sorted(set(opportunity_ids))
    for start in range(0, len(ids), 200):
        part = ids[start : start + 200]
        rows = list(Opportunity.objects.filter(pk__in=part))
        found = demands(part, now=now)
        for row in rows:
            d = found[row.pk]
            row.ask_count, row.account_count = d.feedback_count, len(d.accounts)
            row.arr, row.last_asked_at = d.total, d.last_at
        Opportunity.objects.bulk_update(
            rows, ["ask_count", "account_count", "arr", "last_asked_at"], batch_size=200
        )
