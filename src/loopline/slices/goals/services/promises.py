"""Promises that a change of direction breaks: who counts on what, what they are offered, whether they were told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing, NotAllowed
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow, may
from loopline.platform.identity.queries import people_by_id
from loopline.platform.settings.options import workspace
from loopline.slices.customers import queries as customers
from loopline.slices.goals.changing import drafted, locked, said, touched
from loopline.slices.goals.models import Direction, DirectionPromise, DirectionRow
from loopline.slices.goals.planning import source
from loopline.slices.goals.rules import label

MOST_PROMISES = 200


@dataclass(frozen=True, slots=True)
class NewPromise:
    """Somebody who counts on something: by the bet they wait for, or in words alone."""

    account_id: int
    bet_id: int | None = None
    old: str = ""
    new: str = ""
    owner_id: int | None = None


def _words(row: DirectionRow | None) -> tuple[str, str]:
    """What was promised, and what a row offers instead."""
    if row is None:
        return "", ""
    was = label(row.before.get("quarter", ""))
    old = f"{row.title}{' in ' + was if was else ''}"
    later = label(row.values.get("quarter", ""))
    return old, (f"{row.title} in {later}" if later and row.action != "drop" else "")


@transaction.atomic
def add_promises(
    *, actor: Actor, direction_id: int, promises: Sequence[NewPromise], now: datetime
) -> list[int]:
    """Accounts to speak with, each once a bet; old words, owner and worth are filled in. Answers the new ids."""
    allow(actor, "direction.change")
    d = locked(direction_id)
    if d.state == "closed":
        raise Conflict("It is closed.")
    rows = {r.ref_id: r for r in d.rows.filter(kind="bet")}
    accounts = customers.accounts_by_id(p.account_id for p in promises)
    waiting = {
        (w.account_id, w.bet_id): w
        for w in source().waiting(
            [p.bet_id for p in promises if p.bet_id in rows and p.bet_id], now
        )
    }
    out = []
    for p in promises:
        account = accounts.get(p.account_id)
        if account is None:
            raise Invalid(account="There is no such account.")
        w = waiting.get((p.account_id, p.bet_id or 0))
        old, new = _words(rows.get(p.bet_id))
        if not (p.old.strip() or old):
            raise Invalid(old="Write what was promised.")
        made, fresh = DirectionPromise.objects.get_or_create(
            direction=d, account_id=account.id, bet_id=p.bet_id,
            defaults={
                "bet_title": rows[p.bet_id].title if p.bet_id in rows else "", "deal_id": w.deal_id if w else None,
                "worth": w.worth if w else account.arr,
                "currency": (w.currency if w else account.currency) or workspace().currency,
                "owner_id": p.owner_id or account.owner_id, "old": (p.old.strip() or old)[:300],
                "new": (p.new.strip() or new)[:300],
            },
        )  # fmt: skip
        if fresh:
            out.append(made.pk)
    if d.promises.count() > MOST_PROMISES:
        raise Conflict(
            f"At most {MOST_PROMISES} promises; begin with the accounts that matter most."
        )
    if out:
        touched(d, now)
        said(actor, now, "direction.promises_added", d, {}, {"promises": len(out)})
    return out


def _promise(d: Direction, promise_id: int) -> DirectionPromise:
    row = (
        DirectionPromise.objects.select_related("account")
        .filter(direction=d, pk=promise_id)
        .first()
    )
    if row is None:
        raise Missing("promise")
    return row


@transaction.atomic
def change_promise(
    *, actor: Actor, direction_id: int, promise_id: int, changes: Mapping[str, Any], now: datetime
) -> None:
    """The old words, the offer, or who speaks with them."""
    allow(actor, "direction.change")
    d = locked(direction_id)
    row = _promise(d, promise_id)
    if d.state == "closed":
        raise Conflict("It is closed.")
    before, after = {}, {}
    for key in ("old", "new", "owner_id"):
        if key not in changes:
            continue
        value = changes[key] if key == "owner_id" else str(changes[key] or "").strip()[:300]
        if key == "old" and not value:
            raise Invalid(old="Write what was promised.")
        if key == "owner_id" and value and not people_by_id({int(value)}):
            raise Invalid(owner="There is no such person here.")
        if getattr(row, key) != value:
            before[key], after[key] = getattr(row, key), value
            setattr(row, key, value)
    if after:
        row.save(update_fields=list(after))
        said(
            actor,
            now,
            "direction.promise_changed",
            d,
            before,
            {**after, "account": row.account.name},
        )


@transaction.atomic
def drop_promise(*, actor: Actor, direction_id: int, promise_id: int, now: datetime) -> None:
    """Nothing was promised after all; only while it is a draft. Add it again from the list of who waits."""
    allow(actor, "direction.change")
    d = drafted(direction_id)
    row = _promise(d, promise_id)
    name = row.account.name
    row.delete()
    touched(d, now)
    said(actor, now, "direction.promise_removed", d, {"account": name}, {})


@transaction.atomic
def settle_promise(
    *, actor: Actor, direction_id: int, promise_id: int, state: str, note: str = "", now: datetime
) -> None:
    """They were told, or need not be (with the reason), or it is open again. Its owner may say so too."""
    allow(actor, "goal.check_in")
    d = locked(direction_id)
    row = _promise(d, promise_id)
    if row.owner_id != actor.user_id and not may(actor, "direction.change"):
        raise NotAllowed("Whoever speaks with them says so, or whoever runs the change.")
    if d.state == "closed":
        raise Conflict("It is closed.")
    if d.state == "draft":
        raise Conflict("Nothing is decided yet. Decide first, then tell them.")
    if state not in dict(DirectionPromise.State.choices):
        raise Invalid(state="A promise is open, told or waived.")
    note = note.strip()[:400]
    if state == "waived" and not note:
        raise Invalid(note="Say why they need not be told.")
    if state == "told" and not row.new:
        raise Invalid(new="Write down what they are offered first.")
    before = row.state
    row.state, row.note = state, note or row.note
    row.settled_at, row.settled_by = (None, "") if state == "open" else (now, actor.name[:160])
    row.save(update_fields=["state", "note", "settled_at", "settled_by"])
    said(
        actor, now, f"direction.promise_{state}", d, {"state": before},
        {"state": state, "account": row.account.name},
    )  # fmt: skip
