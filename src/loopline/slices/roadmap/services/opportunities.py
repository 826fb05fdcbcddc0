"""Opportunities: made, corrected, merged, archived."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.thread.store import touch
from loopline.platform.undo import steps
from loopline.slices.roadmap.demand import refresh
from loopline.slices.roadmap.models import Ask, Bet, Opportunity


def locked(opportunity_id: int) -> Opportunity:
    row = Opportunity.objects.select_for_update().filter(pk=opportunity_id).first()
    if row is None:
        raise Missing("opportunity")
    return row


def reindex(o: Opportunity) -> None:
    entry = index.Entry(
        "opportunity", o.pk, o.title, o.updated_at, f"OPP-{o.pk}", o.problem, " ".join(o.tags), bool(o.archived_at)
    )  # fmt: skip
    index.put([entry])


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(values)
    if "title" in out:
        out["title"] = " ".join(str(out["title"] or "").split())
        if not 1 <= len(out["title"]) <= 200:
            raise Invalid(title="Name the problem in 1 to 200 characters.")
    if "tags" in out:
        out["tags"] = sorted({str(t).strip()[:60] for t in out["tags"] if str(t).strip()})[:30]
    return out


@transaction.atomic
def create_opportunity(
    *, actor: Actor, title: str, problem: str = "", tags: Sequence[str] = (), squad: str = "",
    owner_id: int | None = None, now: datetime, sample: bool = False,
) -> int:  # fmt: skip
    """A problem worth solving, whoever has it. Answers its id."""
    allow(actor, "opportunity.change")
    values = _checked({"title": title, "tags": tags})
    row = Opportunity.objects.create(
        **values, problem=problem[:20_000], squad=squad[:80], owner_id=owner_id or actor.user_id,
        created_at=now, updated_at=now, sample=sample,
    )  # fmt: skip
    record(
        actor=actor, now=now,
        change=Change("opportunity.created", "opportunity", row.pk, {}, {"title": row.title}),
    )  # fmt: skip
    reindex(row)
    touch([("opportunity", row.pk)])
    return row.pk


@transaction.atomic
def change_opportunity(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Correct title, problem, tags, squad or owner."""
    allow(actor, "opportunity.change")
    row = locked(id_)
    before, after = apply_changes(row, _checked(changes), now=now, version=version)
    if after:
        record(
            actor=actor, now=now,
            change=Change("opportunity.changed", "opportunity", row.pk, before, after),
        )  # fmt: skip
        reindex(row)


@transaction.atomic
def merge_opportunities(*, actor: Actor, opportunity_id: int, into_id: int, now: datetime) -> None:
    """Two names for one problem: asks and bets move to the other, which keeps its words. Twice is once."""
    allow(actor, "opportunity.change")
    if opportunity_id == into_id:
        raise Invalid(into="An opportunity cannot be merged into itself.")
    row, into = locked(opportunity_id), locked(into_id)
    if row.merged_into_id == into.pk:
        return
    if into.merged_into_id or row.merged_into_id:
        raise Conflict("One of the two is merged already. Merge into the one that stands.")
    there = set(Ask.objects.filter(opportunity=into).values_list("feedback_id", flat=True))
    mine = Ask.objects.filter(opportunity=row)
    moved = list(mine.exclude(feedback_id__in=there).values_list("feedback_id", flat=True))
    mine.filter(feedback_id__in=there).delete()
    mine.update(opportunity=into)
    bets = list(Bet.objects.filter(opportunity=row).values_list("pk", flat=True))
    Bet.objects.filter(pk__in=bets).update(opportunity=into)
    apply_changes(row, {"merged_into_id": into.pk, "archived_at": now}, now=now)
    after = {"into": f"OPP-{into.pk}", "asks": len(moved), "bets": len(bets)}
    record(
        actor=actor, now=now, change=Change("opportunity.merged", "opportunity", row.pk, {}, after)
    )
    refresh([row.pk, into.pk], now=now)
    reindex(row)
    touch([("opportunity", row.pk), ("opportunity", into.pk), *(("bet", b) for b in bets)])


@transaction.atomic
def archive_opportunities(*, actor: Actor, ids: Sequence[int], now: datetime) -> str:
    """Put away; the asks stay linked. Answers the token that brings them back."""
    allow(actor, "opportunity.change")
    done = []
    for id_ in ids:
        row = locked(id_)
        if row.archived_at is None:
            apply_changes(row, {"archived_at": now}, now=now)
            record(
                actor=actor, now=now, change=Change("opportunity.archived", "opportunity", row.pk)
            )
            reindex(row)
            done.append(row.pk)
    label = "Archived 1 opportunity" if len(done) == 1 else f"Archived {len(done)} opportunities"
    return steps.offer(
        actor=actor, label=label, inverse="opportunity.restore", payload={"ids": done}, now=now
    )


@transaction.atomic
def restore_opportunities(*, actor: Actor, ids: Sequence[int], now: datetime) -> None:
    allow(actor, "opportunity.change")
    for id_ in ids:
        row = locked(id_)
        if row.archived_at and not row.merged_into_id:
            apply_changes(row, {"archived_at": None}, now=now)
            record(
                actor=actor, now=now, change=Change("opportunity.restored", "opportunity", row.pk)
            )
            reindex(row)
