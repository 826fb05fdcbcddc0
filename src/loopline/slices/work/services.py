"""Work comes in from trackers or by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid, Missing
from loopline.core.shapes import WorkItemRow
from loopline.core.text.addresses import checked_link, link_or_nothing
from loopline.platform.audit.record import Change, record, record_many
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish, publish_many
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.thread.store import touch
from loopline.slices.roadmap.queries import bet_ids
from loopline.slices.work.events import WorkItemMoved
from loopline.slices.work.models import WorkItem
from loopline.slices.work.rules import STATES, named_bet


def _entry(w: WorkItem) -> index.Entry:
    key = f"WI-{w.pk}"
    return index.Entry(
        "work-item", w.pk, w.title, w.updated_at, key, w.body[:4000], f"{w.type} {w.external_id}", bool(w.archived_at)
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upserted:
    """What an import did: new items, changed ones, and those that were as new already."""

    created: int
    changed: int
    same: int


_TAKEN = ("title", "body", "type", "state", "url", "assignee_name", "is_pull", "number", "merged_sha",
          "started_at", "done_at")  # fmt: skip


def _values(row: WorkItemRow) -> dict[str, Any]:
    values = {k: getattr(row, k) for k in _TAKEN} | {"labels": list(row.labels)}
    values["title"], values["body"] = row.title[:400] or "Untitled", row.body[:60_000]
    values["url"], values["assignee_name"], values["type"] = (
        link_or_nothing(row.url[:1000]),
        row.assignee_name[:160],
        row.type[:40],
    )
    return values


def _take(item: WorkItem, row: WorkItemRow, bets: Mapping[int, str], now: datetime) -> bool:
    """Put the source's values on an item, but for what was changed by hand. Answers whether any differ."""
    values = {k: v for k, v in _values(row).items() if k not in item.by_hand}
    named = named_bet(row.title, row.body)
    if item.bet_id is None and named in bets and "bet_id" not in item.by_hand:
        values["bet_id"] = named
    changed = [k for k, v in values.items() if getattr(item, k) != v]
    for k in changed:
        setattr(item, k, values[k])
    item.source_updated_at, item.raw = row.source_updated_at, dict(row.raw)
    if changed:
        item.updated_at, item.version = max(now, item.updated_at), item.version + 1
    return bool(changed)


def _new(row: WorkItemRow, bets: Mapping[int, str], now: datetime, sample: bool) -> WorkItem:
    item = WorkItem(
        source=row.source, external_id=row.external_id[:200], opened_at=row.created_at or now, created_at=now,
        updated_at=now, version=0, sample=sample,
    )  # fmt: skip
    _take(item, row, bets, now)
    item.version = 1
    return item


@transaction.atomic
def upsert_items(
    *, actor: Actor, rows: Sequence[WorkItemRow], now: datetime, sample: bool = False
) -> Upserted:
    """Take in what trackers say. Older news than what is here changes nothing; twice is once."""
    allow(actor, "work.change")
    latest: dict[tuple[str, str], WorkItemRow] = {}
    for r in rows:
        key = (r.source, r.external_id)
        if key not in latest or latest[key].source_updated_at <= r.source_updated_at:
            latest[key] = r
    have = {
        (w.source, w.external_id): w
        for source in {s for s, _ in latest}
        for w in WorkItem.objects.select_for_update().filter(
            source=source, external_id__in=[e for s, e in latest if s == source]
        )
    }
    named = {n for r in latest.values() if (n := named_bet(r.title, r.body))}
    bets = bet_ids(named)
    made, changed, moved, same = [], [], [], []
    for key, row in latest.items():
        item = have.get(key)
        if item is None:
            made.append(_new(row, bets, now, sample))
            continue
        if item.source_updated_at and item.source_updated_at > row.source_updated_at:
            continue
        before, heard = (item.state, item.bet_id), item.source_updated_at
        if _take(item, row, bets, now):
            changed.append(item)
            if before != (item.state, item.bet_id):
                moved.append(item)
        elif heard != row.source_updated_at:
            same.append(item)  # or news older than this could still be taken later
    WorkItem.objects.bulk_update(same, ["source_updated_at"], batch_size=200)
    WorkItem.objects.bulk_create(made, batch_size=200)
    for item in changed:
        item.save()
    _told(actor, made, changed, moved, now)
    return Upserted(len(made), len(changed), len(latest) - len(made) - len(changed))


def _told(
    actor: Actor,
    made: list[WorkItem],
    changed: list[WorkItem],
    moved: list[WorkItem],
    now: datetime,
    how: str = "work.imported",
) -> None:
    both = made + changed
    changes = [
        Change(how, "work-item", w.pk, {}, {"title": w.title, "state": w.state}) for w in made
    ]
    changes += [Change("work.updated", "work-item", w.pk, {}, {"state": w.state}) for w in changed]
    record_many(actor=actor, now=now, changes=changes)
    index.put([_entry(w) for w in both])
    touch(("bet", w.bet_id) for w in both if w.bet_id)
    tied = [w for w in made if w.bet_id and w.state != "backlog"]
    events = [WorkItemMoved(w.pk, w.state, w.bet_id or 0) for w in tied + moved]
    publish_many(events, actor=actor, now=now)


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(changes)
    if "title" in out and not str(out["title"] or "").strip():
        raise Invalid(title="Name the work.")
    if "state" in out and out["state"] not in dict(STATES):
        raise Invalid(state=f"A state is one of {', '.join(dict(STATES))}.")
    if "url" in out:
        out["url"] = checked_link(out["url"] or "")[:1000]
    if out.get("bet_id") and out["bet_id"] not in bet_ids([out["bet_id"]]):
        raise Invalid(bet="There is no such bet.")
    return out


def _stamps(item: WorkItem, state: str, now: datetime) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if state in ("started", "done") and item.started_at is None:
        out["started_at"] = now
    if state == "done" and item.done_at is None:
        out["done_at"] = now
    if state not in ("done", "cancelled") and item.done_at is not None:
        out["done_at"] = None
    return out


@transaction.atomic
def create_item(
    *, actor: Actor, title: str, type: str = "", state: str = "todo", bet_id: int | None = None, body: str = "",
    url: str = "", key: str = "", number: int | None = None, labels: Sequence[str] = (), now: datetime,
    sample: bool = False,
) -> int:  # fmt: skip
    """Write work down by hand; the title is enough. Answers its id."""
    allow(actor, "work.change")
    values = _checked({"title": title, "state": state, "url": url, "bet_id": bet_id})
    named = None if bet_id else named_bet(title, body)
    if named and named in bet_ids([named]):
        values["bet_id"] = named
    item = WorkItem(
        **values, type=type[:40], body=body[:60_000], number=number, labels=list(labels)[:30],
        external_id=key[:200], source="manual" if key else "", opened_at=now, created_at=now, updated_at=now,
        sample=sample, by_hand=["title", "state", "bet_id"],
    )  # fmt: skip
    if key:
        known = WorkItem.objects.filter(source="manual", external_id=key[:200]).first()
        if known:
            raise Invalid(key=f"There is work with the key {key} already: WI-{known.pk}.")
    for name, value in _stamps(item, state, now).items():
        setattr(item, name, value)
    item.save()
    _told(actor, [item], [], [], now, "work.created")
    return item.pk


@transaction.atomic
def change_item(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Change by hand; these fields are no longer taken from the tracker."""
    allow(actor, "work.change")
    item = WorkItem.objects.select_for_update().filter(pk=id_).first()
    if item is None:
        raise Missing("work item")
    values = _checked(changes)
    old = item.bet_id
    if "state" in values and values["state"] != item.state:
        values |= _stamps(item, values["state"], now)
    hand = sorted({*item.by_hand, *changes} - {"by_hand"})
    before, after = apply_changes(item, values, now=now, version=version)
    if not after:
        return
    WorkItem.objects.filter(pk=item.pk).update(by_hand=hand)
    record(actor=actor, now=now, change=Change("work.changed", "work-item", item.pk, before, after))
    index.put([_entry(item)])
    touch(("bet", b) for b in {old, item.bet_id} if b)
    if {"state", "bet_id"} & set(after):
        publish(WorkItemMoved(item.pk, item.state, item.bet_id or 0), actor=actor, now=now)


@transaction.atomic
def link_items(*, actor: Actor, ids: Sequence[int], bet_id: int | None, now: datetime) -> None:
    """Tie items to a bet by hand, or loose."""
    for id_ in ids:
        change_item(actor=actor, id_=id_, changes={"bet_id": bet_id}, now=now)
