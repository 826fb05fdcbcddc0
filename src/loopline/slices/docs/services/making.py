"""Making and changing docs: from templates or blank, their words with a version each, put away and brought back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.settings.options import today
from loopline.platform.undo import steps
from loopline.slices.docs.models import Doc, DocVersion
from loopline.slices.docs.services.shared import (
    checked_body,
    checked_title,
    indexed,
    kept_mentions,
    locked,
    may_write,
)
from loopline.slices.docs.settling import replaced
from loopline.slices.docs.templating import template

BLANK_REVIEW_DAYS = 180


@dataclass(frozen=True, slots=True)
class NewDoc:
    """What a doc is made of. Without a body the template's; `data` fills places at once, already checked."""

    title: str
    template: str = ""
    body: str | None = None
    data: Mapping[str, Any] | None = None
    owner_id: int | None = None
    team_id: int | None = None
    parent_id: int | None = None


@transaction.atomic
def create_doc(*, actor: Actor, new: NewDoc, now: datetime, sample: bool = False) -> int:
    """Make a doc, from a template or blank. Answers its id. Raises Invalid for an unknown template."""
    allow(actor, "doc.write")
    made = template(new.template) if new.template else None
    if new.template and made is None:
        raise Invalid(template=f"There is no template called {new.template}.")
    may_write(actor, new.template)
    body = new.body if new.body is not None else made.body if made else ""
    days = made.review_days if made else None if new.template else BLANK_REVIEW_DAYS
    row = Doc.objects.create(
        title=checked_title(new.title or (made.title if made else "")), template=new.template, body=checked_body(body),
        data=dict(new.data or {}), state="draft" if made and made.draft else "current",
        owner_id=new.owner_id or actor.user_id, team_id=new.team_id, parent_id=new.parent_id, review_every=days,
        review_on=today(now) + timedelta(days=days) if days else None, created_at=now, updated_at=now, sample=sample,
    )  # fmt: skip
    change = Change(
        "doc.created", "doc", row.pk, {}, {"title": row.title, "template": row.template}
    )
    record(actor=actor, now=now, change=change)
    indexed(row)
    kept_mentions(row)
    replaced(actor, row, now)
    return row.pk


@transaction.atomic
def change_doc(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Title, body, state, owner, team, parent, review rhythm or day, archived; a version of the words is kept."""
    allow(actor, "doc.write")
    row = locked(id_)
    may_write(actor, row.template)
    values = dict(changes)
    if "title" in values:
        values["title"] = checked_title(str(values["title"]))
    if "body" in values:
        values["body"] = checked_body(str(values["body"]))
    if values.get("parent_id") == row.pk:
        raise Invalid(parent="A doc cannot belong to itself.")
    if values.get("review_every") is not None and not 1 <= int(values["review_every"]) <= 1000:
        raise Invalid(review_every="Between 1 and 1,000 days.")
    words = (row.title, row.body)
    before, after = apply_changes(row, values, now=now, version=version)
    if not after:
        return
    if words != (row.title, row.body):
        number = DocVersion.objects.filter(doc=row).count() + 1
        DocVersion.objects.create(
            doc=row, number=number, title=words[0], body=words[1], at=now, by=actor.name[:160]
        )
    shown = {k: v for k, v in after.items() if k != "body"} | (
        {"body": "…"} if "body" in after else {}
    )
    record(
        actor=actor, now=now,
        change=Change("doc.changed", "doc", row.pk, {k: v for k, v in before.items() if k != "body"}, shown),
    )  # fmt: skip
    indexed(row)
    kept_mentions(row)
    if "body" in after:
        replaced(actor, row, now)


@transaction.atomic
def put_away(*, actor: Actor, doc_id: int, archived: bool, now: datetime) -> None:
    """Archive a doc or bring it back."""
    change_doc(actor=actor, id_=doc_id, changes={"archived": archived}, now=now)


@transaction.atomic
def archive(*, actor: Actor, doc_id: int, archived: bool = True, now: datetime) -> str:
    """As `put_away`; answers the token that undoes it."""
    put_away(actor=actor, doc_id=doc_id, archived=archived, now=now)
    return steps.offer(
        actor=actor, label="As it was", inverse="doc.archived",
        payload={"doc_id": doc_id, "archived": not archived}, now=now,
    )  # fmt: skip


@transaction.atomic
def archive_many(*, actor: Actor, ids: Sequence[int], now: datetime) -> str:
    """Put several away. Answers the token that brings all of them back."""
    for id_ in ids:
        put_away(actor=actor, doc_id=id_, archived=True, now=now)
    return steps.offer(
        actor=actor, label="They are back", inverse="doc.back_many", payload={"ids": list(ids)}, now=now
    )  # fmt: skip


@transaction.atomic
def bring_back(*, actor: Actor, ids: Sequence[int], now: datetime) -> None:
    """The inverse of `archive_many`."""
    for id_ in ids:
        put_away(actor=actor, doc_id=id_, archived=False, now=now)


@transaction.atomic
def restore_version(*, actor: Actor, doc_id: int, number: int, now: datetime) -> None:
    """Bring the words of a version back; those of now become a version too. Raises Missing."""
    allow(actor, "doc.write")
    locked(doc_id)
    kept = DocVersion.objects.filter(doc_id=doc_id, number=number).first()
    if kept is None:
        raise Missing("version")
    change_doc(actor=actor, id_=doc_id, changes={"title": kept.title, "body": kept.body}, now=now)
