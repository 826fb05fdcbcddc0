"""Asking about docs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow, may
from loopline.slices.docs.models import Doc, DocMention, DocVersion
from loopline.slices.docs.rules import standing
from loopline.slices.docs.templating import Template, template

WORDS = {
    "draft": "Draft", "current": "Current", "soon": "Review soon", "due": "Review due", "stale": "Out of date",
    "archived": "Archived",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocView:
    """A doc for other slices. `data` is what was filled in, by place."""

    id: int
    title: str
    template: str
    data: dict[str, Any]
    owner_id: int | None
    owner: str
    team_id: int | None
    parent_id: int | None
    created_at: datetime
    updated_at: datetime
    archived: bool
    state: str
    kept_at: datetime | None


def rows() -> QuerySet[Doc]:
    return Doc.objects.select_related("owner", "team", "parent")


def one(*, actor: Actor, doc_id: int) -> Doc:
    """Raises Missing."""
    allow(actor, "doc.read")
    found = rows().filter(pk=doc_id).first()
    if found is None:
        raise Missing("doc")
    return found


def view(d: Doc) -> DocView:
    return DocView(
        d.pk, d.title, d.template, d.data, d.owner_id, d.owner.name if d.owner else "", d.team_id, d.parent_id,
        d.created_at, d.updated_at, d.archived_at is not None, d.state, d.kept_at,
    )  # fmt: skip


def by_ids(ids: Iterable[int]) -> dict[int, DocView]:
    return {d.pk: view(d) for d in rows().filter(pk__in=set(ids))}


def of_template(*keys: str, team_id: int | None = None, archived: bool = False) -> list[DocView]:
    """Docs made from these templates, the newest first."""
    found = rows().filter(template__in=keys)
    if not archived:
        found = found.filter(archived_at=None)
    if team_id is not None:
        found = found.filter(team=team_id)
    return [view(d) for d in found.order_by("-created_at", "-pk")[:500]]


def below(doc_id: int) -> list[DocView]:
    """Docs that belong to this one, the oldest first."""
    found = rows().filter(parent=doc_id, archived_at=None).order_by("created_at", "pk")
    return [view(d) for d in found[:500]]


def template_of(d: Doc | DocView) -> Template | None:
    return template(d.template) if d.template else None


def writable(actor: Actor, d: Doc | DocView) -> bool:
    """Whether the actor may write in it: doc.write, and what its template asks for besides."""
    made = template_of(d)
    return may(actor, "doc.write") and (not made or not made.write or may(actor, made.write))


def standing_of(d: Doc, today: date) -> str:
    return standing(
        archived=d.archived_at is not None, draft=d.state == "draft", review_on=d.review_on,
        stale=d.stale_at is not None, today=today,
    )  # fmt: skip


def mentioning(object_type: str, object_id: int) -> list[DocView]:
    """Docs that name the object, the last changed first."""
    ids = DocMention.objects.filter(object_type=object_type, object_id=object_id).values("doc")
    found = rows().filter(pk__in=ids, archived_at=None).order_by("-updated_at", "-pk")
    return [view(d) for d in found[:50]]


def doc_cards(ids: set[int]) -> dict[int, Card]:
    return {
        d.pk: Card("doc", d.pk, d.title, f"/docs/{d.pk}", f"DOC-{d.pk}", _kind(d), bool(d.archived_at))
        for d in Doc.objects.filter(pk__in=ids)
    }  # fmt: skip


def _kind(d: Doc) -> str:
    made = template(d.template) if d.template else None
    return made.title if made else "Doc"


@dataclass(frozen=True, slots=True)
class WordsChange:
    """One change of title or body: the words before it, those after it, by whom and when."""

    number: int
    at: datetime
    by: str
    title: str
    body: str
    next_title: str
    next_body: str


def changes_of(doc: Doc) -> list[WordsChange]:
    """The newest first; one query."""
    kept = list(DocVersion.objects.filter(doc=doc).order_by("-number")[:200])
    out, title, body = [], doc.title, doc.body
    for v in kept:
        out.append(WordsChange(v.number, v.at, v.by, v.title, v.body, title, body))
        title, body = v.title, v.body
    return out


@dataclass(frozen=True, slots=True)
class Prunable:
    """A doc that may go, and why."""

    doc: Doc
    reasons: tuple[str, ...]


STALE_DAYS, UNSEEN_DAYS, MOST_PRUNED = 60, 90, 200


def to_prune(*, on: date) -> list[Prunable]:
    """Out of date for 60 days, not looked at for 90, or without an owner; most reasons first."""
    stale, unseen = on - timedelta(days=STALE_DAYS), on - timedelta(days=UNSEEN_DAYS)
    old = Q(stale_at__date__lte=stale) | Q(review_on__lte=stale)
    unread = Q(looked_on__lte=unseen) | Q(looked_on=None, created_at__date__lte=unseen)
    left = Q(owner=None) | Q(owner__is_active=False)
    found = rows().filter(archived_at=None).filter(old | unread | left)
    out = []
    for d in found.order_by("updated_at", "pk")[:MOST_PRUNED]:
        why = []
        since = d.stale_at.date() if d.stale_at else d.review_on
        if since and since <= stale:
            days = (on - since).days
            why.append(
                f"out of date for {days} days" if d.stale_at else f"its review is {days} days late"
            )
        if d.looked_on and d.looked_on <= unseen:
            why.append(f"nobody has opened it for {(on - d.looked_on).days} days")
        elif d.looked_on is None and d.created_at.date() <= unseen:
            why.append("nobody has opened it")
        if d.owner is None or not d.owner.is_active:
            why.append("its owner left" if d.owner else "nobody owns it")
        if why:
            out.append(Prunable(d, tuple(why)))
    return sorted(out, key=lambda p: -len(p.reasons))
