"""Cohorts: made from a rule, a cell or a list; changed, counted again, put away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.jobs.queue import enqueue
from loopline.platform.search import index
from loopline.slices.insights import cohort_words, counting, discretion
from loopline.slices.insights.jobs import recount_cohort
from loopline.slices.insights.models import Cohort

ACTORS = (("person", "People"), ("account", "Accounts"))
AT_ONCE = 2_000  # ids of a list that are looked for while somebody waits
TEXTS = {"name": 160, "says": 400}


def _index(row: Cohort) -> None:
    entry = index.Entry(
        "cohort", row.pk, row.name, row.updated_at, f"COH-{row.pk}", row.says, row.kind, bool(row.archived_at)
    )  # fmt: skip
    index.put([entry])


def _clean(values: Mapping[str, Any]) -> dict[str, Any]:
    out = {
        k: " ".join(str(v or "").split())[: TEXTS[k]] if k in TEXTS else v
        for k, v in values.items()
    }
    if "name" in out and not out["name"]:
        raise Invalid(name="Name the cohort.")
    return out


def create_cohort(
    *,
    actor: Actor,
    name: str,
    actor_kind: str = "person",
    definition: Mapping[str, Any],
    says: str = "",
    owner_id: int | None = None,
    now: datetime,
    sample: bool = False,
) -> int:
    """Keep who belongs together; answers the cohort's id. It is counted at once, a long list soon after.

    `actor_kind` is person or account. Raises Invalid.
    """
    allow(actor, "insight.change")
    if actor_kind not in dict(ACTORS):
        raise Invalid(actor="A cohort is of persons or of accounts.")
    kind, kept = counting.checked(definition, actor_kind, now)
    made = _create(
        actor=actor, values=_clean({"name": name, "says": says}), actor_kind=actor_kind, kind=kind, kept=kept,
        owner_id=owner_id, now=now, sample=sample,
    )  # fmt: skip
    _count(made, len(kept.get("ids", ())), now)
    return made


@transaction.atomic
def _create(
    *, actor: Actor, values: Mapping[str, Any], actor_kind: str, kind: str, kept: Mapping[str, Any],
    owner_id: int | None, now: datetime, sample: bool,
) -> int:  # fmt: skip
    row = Cohort.objects.create(
        **values, actor=actor_kind, kind=kind, definition=dict(kept), owner_id=owner_id or actor.user_id,
        created_at=now, updated_at=now, sample=sample,
    )  # fmt: skip
    after = {"name": row.name, "actor": actor_kind, "kind": kind}
    record(actor=actor, now=now, change=Change("cohort.created", "cohort", row.pk, {}, after))
    _index(row)
    return row.pk


def _count(cohort_id: int, ids: int, now: datetime) -> None:
    if ids > AT_ONCE or counting.recount(cohort_id, now) is None:
        enqueue(recount_cohort, now=now, dedupe_key=f"cohort:{cohort_id}", cohort_id=cohort_id)


def change_cohort(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Change name, words, owner, definition, or put it away; another definition is counted at once."""
    allow(actor, "insight.change")
    values = _clean(changes)
    row = Cohort.objects.filter(pk=id_).first()
    if row is None:
        raise Missing("cohort")
    if "definition" in values:
        values["kind"], values["definition"] = counting.checked(
            values["definition"], row.actor, now
        )
    after = _change(actor, id_, values, version, now)
    if "definition" in after:
        _count(id_, len(values["definition"].get("ids", ())), now)


@transaction.atomic
def _change(
    actor: Actor, id_: int, values: Mapping[str, Any], version: int | None, now: datetime
) -> dict[str, Any]:
    row = Cohort.objects.select_for_update().get(pk=id_)
    before, after = apply_changes(row, values, now=now, version=version)
    if after:
        told = [{k: _told(row, k, v) for k, v in part.items()} for part in (before, after)]
        change = Change("cohort.changed", "cohort", row.pk, *told)
        record(actor=actor, now=now, change=change)
        _index(row)
    return after


def _told(row: Cohort, name: str, value: Any) -> Any:
    """As the audit and the page's history say it: a definition in words, without a person in it."""
    if name != "definition":
        return value
    return cohort_words.said(discretion.hidden(value), row.actor)


def recount(*, actor: Actor, cohort_id: int, now: datetime) -> int | None:
    """Count a cohort now; its size, None where that is left to the worker."""
    allow(actor, "insight.change")
    row = Cohort.objects.filter(pk=cohort_id).first()
    if row is None:
        raise Missing("cohort")
    _count(cohort_id, len(row.definition.get("ids", ())), now)
    row.refresh_from_db()
    return row.size
