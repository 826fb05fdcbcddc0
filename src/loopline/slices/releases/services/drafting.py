"""Releases from tags and vendors' releases, and notes from what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from loopline.core.shapes import ReleaseRow
from loopline.core.text.addresses import link_or_nothing
from loopline.platform.audit.record import Change, record, record_many
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.settings import options
from loopline.platform.thread.store import touch
from loopline.slices.releases.models import Release, ReleaseItem
from loopline.slices.releases.queries import contents
from loopline.slices.releases.rules import notes_from, template
from loopline.slices.releases.services.editing import entry, locked
from loopline.slices.work import queries as work


@dataclass(frozen=True, slots=True)
class Drafted:
    created: int
    changed: int
    items: int


def _draft(row: ReleaseRow, now: datetime, sample: bool) -> Release:
    since = row.shipped_at if row.shipped_at and not row.draft and row.shipped_at < now else now
    return Release(
        source=row.source, external_id=row.external_id[:200], version_name=row.version[:80], title=row.title[:200],
        notes=row.notes[:60_000], url=link_or_nothing(row.url[:1000]), tag=row.tag[:120],
        commit_sha=row.commit_sha[:64],
        prerelease=row.prerelease, state="planned", target_on=row.shipped_at.date() if row.shipped_at else None,
        checklist=template(str(options.value("release_checklist"))), created_at=since,
        updated_at=now, sample=sample,
    )  # fmt: skip


@transaction.atomic
def draft_releases(
    *, actor: Actor, rows: Sequence[ReleaseRow], now: datetime, sample: bool = False
) -> Drafted:
    """Releases as their source has them, as drafts with the work they hold; shipping stays a person's act.

    What is here already gets new items only; its words belong to whoever edited them. Twice is once.
    """
    allow(actor, "release.change")
    created = changed = items = 0
    touched: list[tuple[str, int]] = []
    for r in rows:
        row = (
            Release.objects.select_for_update()
            .filter(source=r.source, external_id=r.external_id)
            .first()
        )
        if row is None:
            row = _draft(r, now, sample)
            row.save()
            created += 1
            change = Change("release.drafted", "release", row.pk, {}, {"version": row.version_name})
            record_many(actor=actor, now=now, changes=[change])
            index.put([entry(row)])
        ids = work.ids_by_external(r.source, list(r.contains))
        have = set(ReleaseItem.objects.filter(release=row).values_list("work_item_id", flat=True))
        fresh = [i for i in ids.values() if i not in have]
        ReleaseItem.objects.bulk_create(
            [ReleaseItem(release=row, work_item_id=i) for i in fresh], batch_size=500
        )
        items += len(fresh)
        changed += bool(fresh)
        touched += [("release", row.pk), *(("bet", b) for b in work.bets_of(fresh).values())]
    touch(touched)
    return Drafted(created, changed, items)


@transaction.atomic
def write_notes(*, actor: Actor, release_id: int, now: datetime) -> str:
    """Notes from what the release holds, in place of the present ones; answers them."""
    allow(actor, "release.change")
    row = locked(release_id)
    found = contents(row)
    text = notes_from(
        [(b.title, b.hypothesis) for b, _ in found.bets],
        [w.title for w in found.loose if w.state == "done"],
    )
    before, after = apply_changes(row, {"notes": text}, now=now)
    if after:
        record(
            actor=actor,
            now=now,
            change=Change("release.notes_written", "release", row.pk, before, after),
        )
        index.put([entry(row)])
    return text
