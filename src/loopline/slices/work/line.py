"""Built: lit in part while work is started, reached with the first item done."""

from collections.abc import Mapping, Sequence

from loopline.platform.thread import registry
from loopline.platform.thread.marks import BUILT, Mark
from loopline.platform.thread.registry import Ref
from loopline.slices.roadmap.queries import bets_of
from loopline.slices.work.models import WorkItem
from loopline.slices.work.queries import parents


def _mark(items: Sequence[WorkItem]) -> Mark | None:
    live = [w for w in items if w.state != "cancelled"]
    done = [w for w in live if w.state == "done"]
    started = [w for w in live if w.state == "started"]
    if not live or not (done or started):
        return None
    times = sorted(
        t for w in [*done, *started] for t in (w.done_at or w.started_at or w.updated_at,)
    )
    first = min([w.started_at for w in [*done, *started] if w.started_at] or times)
    share = (len(done) + 0.5 * len(started)) / len(live)
    note = f"{len(done)} of {len(live)}"
    return Mark(bool(done), share, len(live), first, max(times), f"{note} items")


def of_bets(ids: Sequence[int]) -> Mapping[int, Mark]:
    found: dict[int, list[WorkItem]] = {}
    for w in WorkItem.objects.filter(bet_id__in=ids, archived_at=None).only(
        "bet_id", "state", "started_at", "done_at", "updated_at"
    ):
        found.setdefault(w.bet_id or 0, []).append(w)
    return {b: m for b, items in found.items() if (m := _mark(items))}


def of_opportunities(ids: Sequence[int]) -> Mapping[int, Mark]:
    owners = {b.id: o for o, bets in bets_of(ids).items() for b in bets}
    found: dict[int, list[WorkItem]] = {}
    for w in WorkItem.objects.filter(bet_id__in=list(owners), archived_at=None).only(
        "bet_id", "state", "started_at", "done_at", "updated_at"
    ):
        found.setdefault(owners[w.bet_id or 0], []).append(w)
    return {o: m for o, items in found.items() if (m := _mark(items))}


def _items(bet_ids: Sequence[int], limit: int) -> list[Ref]:
    found = WorkItem.objects.filter(bet_id__in=bet_ids, archived_at=None).order_by("-done_at", "pk")
    return [("work-item", i) for i in found.values_list("pk", flat=True)[:limit]]


def register() -> None:
    registry.provide("bet", BUILT, registry.Provider(of_bets, lambda i, n: _items([i], n)))
    registry.provide(
        "opportunity",
        BUILT,
        registry.Provider(
            of_opportunities, lambda i, n: _items([b.id for b in bets_of([i]).get(i, [])], n)
        ),
    )
    registry.parent("work-item", parents)
