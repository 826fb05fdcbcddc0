"""Fields of work edited where they are read, and what a bet's page shows of its work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from loopline.platform.audit.queries import Entry
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.ui import panels
from loopline.platform.ui.objects import say
from loopline.platform.ui.rows import Edit, row_fields
from loopline.slices.roadmap.queries import bet_choices
from loopline.slices.work.models import WorkItem
from loopline.slices.work.queries import of_bets
from loopline.slices.work.rules import STATES
from loopline.slices.work.services import change_item


def _change(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None, now: datetime
) -> None:
    values = {k: ((int(v) if v else None) if k == "bet_id" else v) for k, v in changes.items()}
    change_item(actor=actor, id_=id_, changes=values, version=version, now=now)


def _changed(entry: Entry) -> str:
    """An edit in words: what was changed, and for what can be said shortly, to what."""
    states, said = dict(STATES), []
    # In an order of our own: PostgreSQL keeps an object's keys in its own.
    for name in ("state", "title", "type", "bet_id", "body", "url", "labels"):
        if name not in entry.after:
            continue
        new, old = entry.after[name], entry.before.get(name)
        if name == "state":
            said.append(f"state from {states.get(str(old), old)} to {states.get(str(new), new)}")
        elif name == "bet_id":
            said.append(f"tied to BET-{new}" if new else f"untied from BET-{old}")
        elif name in ("title", "type"):
            said.append(f"{name} from {old} to {new}" if old else f"{name} {new or 'nothing'}")
        else:
            said.append({"body": "text", "url": "address"}.get(name, name))
    return f"changed: {'; '.join(said)}" if said else "changed"


def _of_bet(_request: HttpRequest, actor: Actor, bet_id: int) -> Mapping[str, Any] | None:
    if not may(actor, "work.read"):
        return None
    items = of_bets([bet_id]).get(bet_id, [])
    live = [w for w in items if w.state != "cancelled"]
    return {
        "items": items, "live": len(live), "done": sum(w.state == "done" for w in live), "states": dict(STATES),
        "adds": may(actor, "work.change"), "bet_id": bet_id,
    }  # fmt: skip


def register() -> None:
    say("work.changed", _changed)
    row_fields(
        "work-item",
        lambda i: WorkItem.objects.filter(pk=i).first(),
        "work.change",
        _change,
        Edit("title", "Title"),
        Edit("body", "Text", "longtext"),
        Edit("type", "Type"),
        Edit("state", "State", "choice", lambda: STATES),
        Edit("bet", "Bet", "choice", bet_choices, "bet_id", lambda w: w.bet_id or ""),
    )
    panels.add("bet", "main", "work/of_bet.html", _of_bet, 20)
