"""The feedback list: its columns, filters and what can be done to many."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import people_choices
from loopline.platform.lists.spec import BulkAction, Column, Done, Empty, Filter, ListSpec, View
from loopline.slices.customers.queries import persona_names
from loopline.slices.feedback import services
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.queries import tag_choices, tagged
from loopline.slices.feedback.rules import SOURCES, source_label

STATES = (("new", "New"), ("accepted", "Accepted"), ("archived", "Archived"), ("merged", "Merged"))
MANY = "feedback.triage"


def _said(n: int) -> str:
    return "1 item" if n == 1 else f"{n:,} items"


def _archive(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    return Done(f"Archived {_said(len(ids))}", services.archive_many(actor=actor, ids=ids, now=now))


def _tag(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    services.add_tag_many(actor=actor, ids=ids, tag=value, now=now)
    return Done(f"Tagged {_said(len(ids))} {value.strip()}")


def _assign(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    services.assign_many(
        actor=actor,
        ids=ids,
        user_id=int(value) if value.isdecimal() and len(value) < 18 else None,
        now=now,
    )
    return Done(f"Assigned {_said(len(ids))}")


def _snooze(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    days = float(value or 7)
    token = services.snooze_many(actor=actor, ids=ids, days=days, now=now)
    return Done(f"Snoozed {_said(len(ids))} for {days:g} days", token)


def _since(value: str) -> Q:
    day = datetime.fromisoformat(value)
    return Q(received_at__gte=day if day.tzinfo else timezone.make_aware(day))


def _late(value: str) -> Q:
    late = Q(state="new", due_at__lt=timezone.now())
    return late if value in ("1", "true") else ~late


def _person(value: str) -> Q:
    return Q(assignee_id=int(value)) if value != "none" else Q(assignee=None)


ACTIONS = (
    BulkAction("archive", "Archive", "archive", _archive, MANY, "e"),
    BulkAction("tag", "Tag", "tag", _tag, MANY, "t", "text"),
    BulkAction("assign", "Assign", "person", _assign, MANY, "a", "choice", people_choices),
    BulkAction(
        "snooze", "Snooze", "clock", _snooze, MANY, "s", "choice",
        lambda: [("1", "A day"), ("7", "A week"), ("30", "A month"), ("90", "A quarter")],
    ),
)  # fmt: skip

SPEC = ListSpec(
    name="feedback",
    title="Feedback",
    singular="feedback",
    object_type="feedback",
    url="/feedback",
    read="feedback.read",
    columns=(
        Column("key", "Key", lambda f: f"FB-{f.pk}"),
        Column("title", "Title", lambda f: f.title),
        Column("verbatim", "Words", lambda f: f.verbatim),
        Column("source", "Source", lambda f: source_label(f.source)),
        Column("account", "Account", lambda f: f.account.name if f.account else ""),
        Column("contact", "Contact", lambda f: f.contact.name if f.contact else ""),
        Column("persona", "Persona", lambda f: f.persona.name if f.persona else ""),
        Column("tags", "Tags", lambda f: ", ".join(sorted(t.name for t in f.tags.all())), "tag"),
        Column("state", "State", lambda f: f.state),
        Column("received", "Received", lambda f: f.received_at, "date", "received"),
    ),
    filters=(
        Filter("state", "State", lambda v: Q(state=v), options=lambda: STATES, shows_hidden=True),
        Filter("source", "Source", lambda v: Q(source=v), options=lambda: SOURCES),
        Filter("tag", "Tag", tagged, options=tag_choices),
        Filter(
            "persona", "Persona", lambda v: Q(persona__name=v),
            options=lambda: [(n, n) for n in persona_names()],
        ),
        Filter("assignee", "Looked after by", _person, options=people_choices),
        Filter("account", "Account", lambda v: Q(account_id=int(v)), "text"),
        Filter("contact", "Contact", lambda v: Q(contact_id=int(v)), "text"),
        Filter("submitted_by", "Passed on by", lambda v: Q(submitted_by_id=int(v)), options=people_choices),
        Filter("since", "Received since", _since, "date"),
        Filter("late", "Late", _late, "flag"),
    ),
    sorts={"received": ("received_at", "Received"), "changed": ("updated_at", "Changed"), "due": ("due_at", "Due")},
    default_sort="-received",
    empty=Empty(
        1, "Nothing heard yet",
        "What customers say comes here: from this form, the API, a file, or later from the tools you connect.",
        "Write down what somebody said", "/feedback/new",
    ),
    actions=ACTIONS,
    views=(
        View("All", ""),
        View("New", "state=new"),
        View("Mine", "assignee={me}"),
        View("I passed on", "submitted_by={me}"),
    ),
    create_url="/feedback/new",
    group="Hear",
    hide_archived=~Q(state__in=("archived", "merged")),
)  # fmt: skip


def decorated(row: Feedback) -> dict[str, Any]:
    return {"source": source_label(row.source)}
