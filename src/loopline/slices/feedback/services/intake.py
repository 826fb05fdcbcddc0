"""Everything that is said comes in here, once, whatever the channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from loopline.core.problems import Invalid
from loopline.core.text.addresses import checked_link
from loopline.platform.audit.record import Change, record_many
from loopline.platform.events.outbox import publish_many
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.settings import options
from loopline.slices.customers import services as customers
from loopline.slices.feedback.events import FeedbackReceived
from loopline.slices.feedback.models import Feedback, Tag
from loopline.slices.feedback.rules import digest, title_from
from loopline.slices.feedback.services.indexing import entry

MOST = 200_000  # characters of one verbatim


@dataclass(frozen=True, slots=True)
class NewFeedback:
    """One thing somebody said, as any channel hands it over."""

    source: str
    verbatim: str
    external_id: str = ""
    title: str = ""
    url: str = ""
    received_at: datetime | None = None
    who: customers.Who = field(default_factory=customers.Who)
    tags: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)
    submitted_by: int | None = None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """The item's id, and whether it is new; False for one that had come in before."""

    id: int
    created: bool


def _check(ask: NewFeedback) -> None:
    if not ask.verbatim.strip() and not ask.title.strip():
        raise Invalid(verbatim="Write what was said; there is nothing in it.")
    if len(ask.verbatim) > MOST:
        raise Invalid(
            verbatim=f"At most {MOST:,} characters; this has {len(ask.verbatim):,}. Send the part that asks."
        )
    if not ask.source.strip():
        raise Invalid(source="Say where it came from, such as call, email or intercom.")
    if ask.received_at and not 1970 <= ask.received_at.year <= 2200:
        raise Invalid(received_at="It was said between 1970 and 2200; correct the year.")
    if "\x00" in ask.verbatim + ask.title + ask.source + ask.external_id + ask.url:
        raise Invalid(verbatim="There is a NUL character in the text; remove it.")


def _row(ask: NewFeedback, who: customers.Resolved, days: float, now: datetime) -> Feedback:
    received = ask.received_at or now
    title = " ".join(ask.title.split())[:300] or title_from(ask.verbatim)
    verbatim = ask.verbatim.strip() or title
    return Feedback(
        source=ask.source.strip().lower()[:40],
        external_id=ask.external_id.strip()[:200],
        title=title,
        verbatim=verbatim,
        url=checked_link(ask.url)[:1000],
        received_at=received,
        account_id=who.account_id,
        contact_id=who.contact_id,
        persona_id=who.persona_id,
        due_at=received + timedelta(days=days),
        submitted_by_id=ask.submitted_by,
        raw=dict(ask.raw),
        text_digest=digest(title, verbatim),
        created_at=now,
        updated_at=now,
        sample=ask.sample,
    )


def _known(asks: Sequence[NewFeedback]) -> dict[tuple[str, str], int]:
    by_source: dict[str, list[str]] = {}
    for ask in asks:
        if ask.external_id.strip():
            by_source.setdefault(ask.source.strip().lower()[:40], []).append(
                ask.external_id.strip()[:200]
            )
    found: dict[tuple[str, str], int] = {}
    for source, ids in by_source.items():
        rows = Feedback.objects.filter(source=source, external_id__in=ids)
        found.update({(source, e): pk for e, pk in rows.values_list("external_id", "pk")})
    return found


def _tag(rows: Sequence[Feedback], asks: Sequence[NewFeedback]) -> None:
    names = {t.strip()[:60] for a in asks for t in a.tags if t.strip()}
    if not names:
        return
    have = dict(Tag.objects.filter(name__in=names).values_list("name", "pk"))
    Tag.objects.bulk_create([Tag(name=n) for n in sorted(names - set(have))], ignore_conflicts=True)
    have = dict(Tag.objects.filter(name__in=names).values_list("name", "pk"))
    through = Feedback.tags.through
    through.objects.bulk_create(
        [
            through(feedback_id=row.pk, tag_id=have[name])
            for row, ask in zip(rows, asks, strict=True)
            for name in {t.strip()[:60] for t in ask.tags if t.strip()}
        ],
        batch_size=500,
    )


@transaction.atomic
def receive_many(*, actor: Actor, asks: Sequence[NewFeedback], now: datetime) -> list[Received]:
    """Take in many at once, in a fixed number of statements per 500. The same (source, external id) is
    taken in once; what people changed here since is kept. Raises Invalid for the first bad one."""
    allow(actor, "feedback.receive")
    for ask in asks:
        _check(ask)
    known = _known(asks)
    fresh: dict[tuple[str, str] | int, NewFeedback] = {}
    for i, ask in enumerate(asks):
        key = (ask.source.strip().lower()[:40], ask.external_id.strip()[:200])
        if not key[1]:
            fresh[i] = ask
        elif key not in known:
            fresh.setdefault(key, ask)
    news = list(fresh.values())
    whos = customers.resolve_many(actor=actor, whos=[a.who for a in news], now=now)
    days = float(options.value("triage_days"))
    rows = [_row(a, w, days, now) for a, w in zip(news, whos, strict=True)]
    Feedback.objects.bulk_create(rows, batch_size=300)
    _tag(rows, news)
    index.put([entry(r, a.tags, a.who.account_name) for r, a in zip(rows, news, strict=True)])
    record_many(
        actor=actor,
        now=now,
        changes=[
            Change(
                "feedback.received", "feedback", r.pk, {}, {"title": r.title, "source": r.source}
            )
            for r in rows
        ],
    )
    publish_many([FeedbackReceived(r.pk) for r in rows], actor=actor, now=now)
    made = dict(zip(fresh, (r.pk for r in rows), strict=True))
    out = []
    for i, ask in enumerate(asks):
        key = (ask.source.strip().lower()[:40], ask.external_id.strip()[:200])
        place: tuple[str, str] | int = key if key[1] else i
        if place in made:
            out.append(Received(made[place], fresh[place] is ask))
        else:
            out.append(Received(known[key], False))
    return out


def receive_feedback(*, actor: Actor, ask: NewFeedback, now: datetime) -> Received:
    """Take in one thing somebody said; see receive_many."""
    try:
        return receive_many(actor=actor, asks=[ask], now=now)[0]
    except (
        IntegrityError
    ):  # the same words, account or person came in at this moment: now it is known
        return receive_many(actor=actor, asks=[ask], now=now)[0]
