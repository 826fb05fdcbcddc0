"""What a change of direction means for work: what is under way for paused bets, and putting it back.

Work that lives in a tracker keeps its state here, since the tracker says it; it is listed with its address.
"""

from collections.abc import Sequence
from datetime import datetime

from loopline.core.problems import Conflict
from loopline.platform.identity.actor import Actor
from loopline.slices.goals import services as goals
from loopline.slices.work.models import WorkItem
from loopline.slices.work.services import change_item

MOST = 200
OPEN = ("todo", "started")
STOPS = ("pause", "drop")


def _open(bet_ids: Sequence[int]) -> list[WorkItem]:
    found = WorkItem.objects.filter(bet_id__in=list(bet_ids), state__in=OPEN, archived_at=None)
    return list(found.order_by("bet_id", "pk")[:MOST])


def _ours(item: WorkItem) -> bool:
    return item.source in ("", "manual")


def _of_bets(bet_ids: Sequence[int]) -> list[goals.PausedWork]:
    return [
        goals.PausedWork(
            w.pk, f"WI-{w.pk}", w.title, w.state, w.bet_id or 0, "" if _ours(w) else w.url or w.source
        )
        for w in _open(bet_ids)
    ]  # fmt: skip


def _apply(actor: Actor, moves: Sequence[goals.BetMove], now: datetime) -> list[goals.Receipt]:
    """Open work that is kept here goes back to the backlog; what was started stays marked as begun."""
    bets = [m.bet_id for m in moves if m.action in STOPS and m.bet_id]
    out: list[goals.Receipt] = []
    for item in _open(bets):
        if not _ours(item):
            continue
        was = item.state
        change_item(actor=actor, id_=item.pk, changes={"state": "backlog"}, now=now)
        item.refresh_from_db(fields=["version"])
        out.append({"work": item.pk, "state": was, "version": item.version})
    return out


def _revert(actor: Actor, receipts: Sequence[goals.Receipt], now: datetime) -> None:
    for r in receipts:
        item = WorkItem.objects.filter(pk=r["work"]).first()
        if item is None:
            continue
        if item.version != r["version"]:
            raise Conflict(f"“{item.title}” was changed since. Take that back first.")
        change_item(actor=actor, id_=item.pk, changes={"state": r["state"]}, now=now)


def register() -> None:
    goals.provide_work(_of_bets)
    goals.on_decide("work", goals.Handler(_apply, _revert))
