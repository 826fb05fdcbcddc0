"""Releases by hand: planned, filled, checked."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.settings import options
from loopline.platform.thread.store import touch
from loopline.slices.releases.models import Release, ReleaseItem
from loopline.slices.releases.rules import STATES, template
from loopline.slices.work import queries as work


def locked(release_id: int) -> Release:
    row = Release.objects.select_for_update().filter(pk=release_id).first()
    if row is None:
        raise Missing("release")
    return row


def entry(r: Release) -> index.Entry:
    title = f"{r.version_name} {r.title}".strip()
    return index.Entry(
        "release", r.pk, title, r.updated_at, f"REL-{r.pk}", r.notes, r.tag, bool(r.archived_at)
    )


@transaction.atomic
def create_release(
    *, actor: Actor, version: str, title: str = "", target_on: date | None = None, work_items: Sequence[int] = (),
    notes: str = "", now: datetime, sample: bool = False,
) -> int:  # fmt: skip
    """Plan a release with the checklist of the settings. Answers its id."""
    allow(actor, "release.change")
    name = " ".join(version.split())
    if not 1 <= len(name) <= 80:
        raise Invalid(version="Name the version in 1 to 80 characters, such as 2026.11.3.")
    row = Release.objects.create(
        version_name=name, title=title[:200], target_on=target_on, notes=notes[:60_000], owner_id=actor.user_id,
        checklist=template(str(options.value("release_checklist"))), created_at=now, updated_at=now, sample=sample,
    )  # fmt: skip
    record(
        actor=actor,
        now=now,
        change=Change("release.created", "release", row.pk, {}, {"version": name}),
    )
    index.put([entry(row)])
    if work_items:
        add_items(actor=actor, release_id=row.pk, ids=work_items, now=now)
    touch([("release", row.pk)])
    return row.pk


@transaction.atomic
def add_items(*, actor: Actor, release_id: int, ids: Sequence[int], now: datetime) -> None:
    """The release holds these items too; again changes nothing."""
    allow(actor, "release.change")
    row = locked(release_id)
    if row.state in ("rolled_back", "cancelled"):
        raise Conflict("This release does not ship; plan another.")
    known = work.by_ids(ids)
    missing = sorted(set(ids) - set(known))
    if missing:
        raise Invalid(work_items=f"There is no work item {missing[0]}.")
    have = set(ReleaseItem.objects.filter(release=row).values_list("work_item_id", flat=True))
    fresh = [i for i in dict.fromkeys(ids) if i not in have]
    ReleaseItem.objects.bulk_create([ReleaseItem(release=row, work_item_id=i) for i in fresh])
    if fresh:
        after = {"items": [f"WI-{i}" for i in fresh]}
        record(actor=actor, now=now, change=Change("release.filled", "release", row.pk, {}, after))
        bets = {known[i].bet_id for i in fresh if known[i].bet_id}
        touch([("release", row.pk), *(("bet", b) for b in bets if b)])


@transaction.atomic
def remove_item(*, actor: Actor, release_id: int, work_item_id: int, now: datetime) -> None:
    allow(actor, "release.change")
    row = locked(release_id)
    if row.state == "shipped":
        raise Conflict("It shipped with this item; that stays written.")
    gone, _ = ReleaseItem.objects.filter(release=row, work_item_id=work_item_id).delete()
    if gone:
        before = {"item": f"WI-{work_item_id}"}
        record(
            actor=actor, now=now, change=Change("release.emptied", "release", row.pk, before, {})
        )
        touch([("release", row.pk), *(("bet", b) for b in work.bets_of([work_item_id]).values())])


@transaction.atomic
def tick(*, actor: Actor, release_id: int, place: int, done: bool, now: datetime) -> None:
    """Check or uncheck one line of the checklist."""
    allow(actor, "release.tick")
    row = locked(release_id)
    if not 0 <= place < len(row.checklist):
        raise Missing("line of the checklist")
    checklist = [dict(c) for c in row.checklist]
    checklist[place] |= {"done": done, "by": actor.name if done else ""}
    _, after = apply_changes(row, {"checklist": checklist}, now=now)
    if after:
        said = {"line": checklist[place]["text"], "done": done}
        record(actor=actor, now=now, change=Change("release.checked", "release", row.pk, {}, said))


@transaction.atomic
def add_check(*, actor: Actor, release_id: int, text: str, now: datetime) -> None:
    allow(actor, "release.change")
    row = locked(release_id)
    if not text.strip() or len(row.checklist) >= 30:
        raise Invalid(text="Write the line; a checklist holds up to 30.")
    added = [*row.checklist, {"text": text.strip()[:200], "done": False, "by": ""}]
    apply_changes(row, {"checklist": added}, now=now)


@transaction.atomic
def change_release(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Correct name, title, notes, date, owner, whether it is public, or the state before shipping."""
    allow(actor, "release.change")
    row, values = locked(id_), dict(changes)
    if "version_name" in values and not str(values["version_name"] or "").strip():
        raise Invalid(version="Name the version.")
    state = values.get("state")
    if state is not None and state != row.state:
        if state not in dict(STATES):
            raise Invalid(state=f"A state is one of {', '.join(dict(STATES))}.")
        if state in ("shipped", "rolling_out"):
            raise Conflict("Ship it with its own action, so that those who asked are told.")
        if row.state == "shipped" and state != "rolled_back":
            raise Conflict("It has shipped; it can only be rolled back.")
    before, after = apply_changes(row, values, now=now, version=version)
    if after:
        record(
            actor=actor, now=now, change=Change("release.changed", "release", row.pk, before, after)
        )
        index.put([entry(row)])
        touch([("release", row.pk)])
