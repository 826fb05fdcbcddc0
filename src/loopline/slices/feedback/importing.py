"""Feedback from files: any CSV or JSON with a text in it."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from loopline.core.problems import Invalid
from loopline.core.tabular.mapping import FieldSpec, time
from loopline.core.text.addresses import link_or_nothing
from loopline.core.text.tokens import normal
from loopline.platform.identity.actor import Actor
from loopline.platform.imports import registry
from loopline.platform.imports import services as imports
from loopline.platform.imports.registry import Record, Taken
from loopline.slices.customers.services import Who
from loopline.slices.feedback import queries
from loopline.slices.feedback.jobs import compare_after_import
from loopline.slices.feedback.services import NewFeedback, receive_many

FIELDS = (
    FieldSpec(
        "verbatim",
        "Words",
        (
            "text",
            "content",
            "description",
            "body",
            "details",
            "comment",
            "review",
            "note",
            "message",
        ),
    ),
    FieldSpec("title", "Title", ("summary", "subject", "name", "post title")),
    FieldSpec("source", "Source", ("channel", "type")),
    FieldSpec(
        "external_id",
        "Id at its source",
        ("id", "issue id", "issue key", "key", "post id", "number", "source_id"),
    ),
    FieldSpec(
        "received_at", "When", ("created", "created_at", "date", "createdat", "time", "submitted")
    ),
    FieldSpec("url", "Address", ("link", "display_url", "portal_url")),
    FieldSpec(
        "account",
        "Account",
        ("account.name", "company", "company.name", "customer", "organisation", "organization"),
    ),
    FieldSpec("account_domain", "Account's domain", ("account.domain", "company.domain", "domain")),
    FieldSpec(
        "account_external_id", "Account's id", ("account.external_id", "company.id", "account_id")
    ),
    FieldSpec(
        "contact_email",
        "E-mail",
        ("contact.email", "email", "author_email", "author.email", "user.email", "reporter email"),
    ),
    FieldSpec(
        "contact_name",
        "Name",
        (
            "contact.name",
            "author",
            "author_name",
            "author.name",
            "user.name",
            "reporter",
            "created_by",
        ),
    ),
    FieldSpec("persona", "Persona", ("role", "user type")),
    FieldSpec("tags", "Tags", ("labels", "category", "categories", "topics", "app")),
)


def _ask(record: Record) -> NewFeedback:
    """One row as an ask. Raises Invalid with what is wrong in it."""
    text, title = record.get("verbatim", ""), record.get("title", "")
    if not text.strip() and not title.strip():
        raise Invalid(verbatim="There are no words in it.")
    source = (record.get("source") or "file").lower()[:40]
    given = record.get("external_id", "")
    key = (
        given
        or hashlib.sha256(f"{source}\x1f{normal(title)}\x1f{normal(text)}".encode()).hexdigest()[
            :32
        ]
    )
    email = record.get("contact_email", "")
    if email and ("@" not in email or len(email) > 254 or email.count("@") > 1):
        raise Invalid(contact_email=f"{email[:60]!r} is not an e-mail address.")
    return NewFeedback(
        source=source,
        verbatim=text or title,
        external_id=key[:200],
        title=title[:300],
        url=link_or_nothing(record.get("url", "")[:1000]),
        received_at=time(record.get("received_at", ""), "received_at"),
        who=Who(
            record.get("account", "")[:200],
            record.get("account_domain", "")[:200],
            record.get("account_external_id", "")[:200],
            email,
            record.get("contact_name", "")[:200],
            record.get("persona", "")[:80],
        ),
        tags=tuple(
            t.strip()[:60] for t in record.get("tags", "").replace(";", ",").split(",") if t.strip()
        )[:30],
        raw=dict(record),
    )


def take(
    *, actor: Actor, rows: Sequence[tuple[int, Record]], now: datetime, dry_run: bool
) -> Taken:
    """A batch of rows; what was here stays as it is."""
    out, asks = Taken(), []
    for line, record in rows:
        try:
            ask = _ask(record)
            if ask.received_at and ask.received_at > now:
                ask = replace(ask, received_at=now)
            asks.append(ask)
        except Invalid as wrong:
            out.bad.append((line, wrong.sentence))
    if dry_run:
        known = queries.known_external({(a.source, a.external_id) for a in asks})
        fresh = {(a.source, a.external_id) for a in asks} - known
        out.created, out.same = len(fresh), len(asks) - len(fresh)
        return out
    got = receive_many(actor=actor, asks=asks, now=now)
    out.created = sum(g.created for g in got)
    out.same = len(got) - out.created
    return out


def start_import(
    *, actor: Actor, path: str, kind: str, label: str, mapping: dict[str, str], now: datetime
) -> int:
    """Take a file of this machine in behind the pages."""
    return imports.start_file(
        actor=actor, kind_key=kind, path=path, label=label, mapping=mapping, now=now
    )


def register() -> None:
    registry.register(
        registry.Kind(
            "feedback-csv",
            "Feedback",
            "Only the words are needed; the rest is used where it is there.",
            "feedback.receive",
            FIELDS,
            take,
            {"source": "file"},
            one_of=("verbatim", "title"),
            after=compare_after_import,
        )
    )
