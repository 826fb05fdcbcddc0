"""One's own week: hats and the blocks set aside for them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.undo import steps
from loopline.slices.rituals import rules
from loopline.slices.rituals.models import Week

UNDO = "week.put_back"
MOST_BLOCKS, MOST_HATS = 40, 12
LEAST, MOST = 15, 600  # minutes of a block


@dataclass(frozen=True, slots=True)
class Block:
    """Time set aside: a day of the week (Monday is 0), local time, minutes, the hat worn, a note."""

    day: int
    at: time
    minutes: int
    hat: str
    note: str = ""


def hats_of(user_id: int, monday: date) -> list[str]:
    """The hats of that week: its own, else those of the last week that has some, else ours."""
    found = Week.objects.filter(user=user_id, monday__lte=monday).exclude(hats=[])
    kept = found.order_by("-monday").values_list("hats", flat=True).first()
    return list(kept or rules.HATS)


def _mine(actor: Actor, monday: date, now: datetime, *, sample: bool = False) -> Week:
    allow(actor, "week.change")
    if actor.user_id is None:
        raise Invalid(person="Only a person has a week.")
    if monday.weekday():
        raise Invalid(week="A week begins on a Monday.")
    row, _ = Week.objects.select_for_update().get_or_create(
        user_id=actor.user_id, monday=monday, defaults={"updated_at": now, "sample": sample}
    )
    return row


def _save(row: Week, now: datetime) -> None:
    row.version += 1
    row.updated_at = now
    row.save()


def _offer(actor: Actor, row: Week, label: str, old: Sequence[Any], now: datetime) -> str:
    return steps.offer(
        actor=actor, label=label, inverse=UNDO, payload={"monday": row.monday.isoformat(), "blocks": list(old)}, now=now
    )  # fmt: skip


@transaction.atomic
def set_hats(*, actor: Actor, monday: date, hats: Sequence[str], now: datetime) -> None:
    """The hats worn from this week on. Raises Invalid without any."""
    row = _mine(actor, monday, now)
    clean = list(dict.fromkeys(" ".join(h.lower().split())[:40] for h in hats if h.strip()))
    if not clean or len(clean) > MOST_HATS:
        raise Invalid(hats=f"Name 1 to {MOST_HATS} hats.")
    row.hats = clean
    _save(row, now)


@transaction.atomic
def add_block(
    *, actor: Actor, monday: date, block: Block, now: datetime, sample: bool = False
) -> str:
    """Set time aside. Answers its id. Raises Invalid."""
    row = _mine(actor, monday, now, sample=sample)
    errors = {}
    if not 0 <= block.day <= 6:
        errors["day"] = "Choose a day of the week."
    if not LEAST <= block.minutes <= MOST:
        errors["minutes"] = f"Between {LEAST} and {MOST} minutes."
    if block.hat not in hats_of(row.user_id, monday):
        errors["hat"] = "Choose one of your hats, or add it first."
    if len(row.blocks) >= MOST_BLOCKS:
        errors["day"] = f"A week holds at most {MOST_BLOCKS} blocks."
    if errors:
        raise Invalid(**errors)
    made = {
        "id": secrets.token_hex(4), "day": block.day, "at": f"{block.at:%H:%M}", "minutes": block.minutes,
        "hat": block.hat, "note": " ".join(block.note.split())[:120],
    }  # fmt: skip
    row.blocks = sorted([*row.blocks, made], key=lambda b: (b["day"], b["at"]))
    _save(row, now)
    return str(made["id"])


@transaction.atomic
def remove_block(*, actor: Actor, monday: date, block_id: str, now: datetime) -> str:
    """Give the time back. Answers the undo token."""
    row = _mine(actor, monday, now)
    old = list(row.blocks)
    row.blocks = [b for b in old if b["id"] != block_id]
    if len(row.blocks) == len(old):
        raise Missing("block")
    _save(row, now)
    return _offer(actor, row, "The block is back", old, now)


@transaction.atomic
def copy_week(*, actor: Actor, monday: date, now: datetime) -> str:
    """The blocks of the week before, beside what is there. Answers the undo token. Raises Missing where it has none."""
    row = _mine(actor, monday, now)
    last = Week.objects.filter(user_id=row.user_id, monday=monday - timedelta(days=7)).first()
    if last is None or not last.blocks:
        raise Missing("week before with blocks")
    old = list(row.blocks)
    known = {(b["day"], b["at"]) for b in old}
    new = [
        b | {"id": secrets.token_hex(4)} for b in last.blocks if (b["day"], b["at"]) not in known
    ]
    row.blocks = sorted([*old, *new], key=lambda b: (b["day"], b["at"]))[:MOST_BLOCKS]
    _save(row, now)
    return _offer(actor, row, "Copied from the week before", old, now)  # fmt: skip


@transaction.atomic
def put_week_back(*, actor: Actor, monday: str, blocks: Sequence[Any], now: datetime) -> None:
    """The inverse of removing and copying blocks."""
    row = _mine(actor, date.fromisoformat(monday), now)
    row.blocks = list(blocks)
    _save(row, now)
