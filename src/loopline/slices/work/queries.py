"""Asking about work."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.work.models import WorkItem
from loopline.slices.work.rules import STATES


@dataclass(frozen=True, slots=True)
class WorkView:
    id: int
    key: str
    title: str
    type: str
    state: str
    url: str
    number: int | None
    bet_id: int | None
    done_at: datetime | None
    labels: tuple[str, ...]
    is_pull: bool


def rows() -> QuerySet[WorkItem]:
    return WorkItem.objects.select_related("bet")


def one(*, actor: Actor, work_item_id: int) -> WorkItem:
    allow(actor, "work.read")
    found = rows().filter(pk=work_item_id).first()
    if found is None:
        raise Missing("work item")
    return found


def view(w: WorkItem) -> WorkView:
    return WorkView(
        w.pk, f"WI-{w.pk}", w.title, w.type, w.state, w.url, w.number, w.bet_id, w.done_at, tuple(w.labels), w.is_pull
    )  # fmt: skip


def by_ids(ids: Iterable[int]) -> dict[int, WorkView]:
    wanted = set(ids)
    return {w.pk: view(w) for w in WorkItem.objects.filter(pk__in=wanted)} if wanted else {}


def of_bets(bet_ids: Iterable[int]) -> dict[int, list[WorkView]]:
    """Items by bet, open ones first."""
    out: dict[int, list[WorkView]] = {}
    found = WorkItem.objects.filter(bet_id__in=set(bet_ids), archived_at=None)
    for w in found.order_by("done_at", "pk"):
        out.setdefault(w.bet_id or 0, []).append(view(w))
    return out


def bets_of(work_item_ids: Iterable[int]) -> dict[int, int]:
    """Work item -> bet, where it has one."""
    found = WorkItem.objects.filter(pk__in=set(work_item_ids)).exclude(bet=None)
    return {pk: bet for pk, bet in found.values_list("pk", "bet_id") if bet is not None}


def ids_by_external(source: str, external_ids: Sequence[str]) -> dict[str, int]:
    """The items a source means."""
    out: dict[str, int] = {}
    for start in range(0, len(external_ids), 2000):
        part = WorkItem.objects.filter(
            source=source, external_id__in=external_ids[start : start + 2000]
        )
        out.update(part.values_list("external_id", "pk"))
    return out


def with_commits(source: str) -> dict[str, int]:
    """Merge commit -> item, of one source."""
    found = WorkItem.objects.filter(source=source).exclude(merged_sha="")
    return dict(found.values_list("merged_sha", "pk"))


def open_in(bet_ids: Iterable[int]) -> dict[int, int]:
    """Bet -> how many of its items are not finished; bets without such are left out."""
    out: dict[int, int] = {}
    found = WorkItem.objects.filter(bet_id__in=set(bet_ids), archived_at=None)
    for bet in found.exclude(state__in=("done", "cancelled")).values_list("bet_id", flat=True):
        if bet is not None:
            out[bet] = out.get(bet, 0) + 1
    return out


def parents(ids: Sequence[int]) -> Mapping[int, tuple[str, int]]:
    return {w: ("bet", b) for w, b in bets_of(ids).items()}


def work_cards(ids: set[int]) -> dict[int, Card]:
    words = dict(STATES)
    return {
        w.pk: Card("work-item", w.pk, w.title, f"/work/{w.pk}", f"WI-{w.pk}", words[w.state], bool(w.archived_at))
        for w in WorkItem.objects.filter(pk__in=ids)
    }  # fmt: skip


def external_ids(ids: Iterable[int]) -> dict[int, str]:
    """The sources' own ids of items."""
    wanted = list(set(ids))
    out: dict[int, str] = {}
    for start in range(0, len(wanted), 2000):
        part = WorkItem.objects.filter(pk__in=wanted[start : start + 2000])
        out.update(part.values_list("pk", "external_id"))
    return out
