"""A survey that repeats: each quarter a new one takes over its public link and asks the same people."""

import secrets
from datetime import date, datetime, timedelta

from django.db import transaction

from loopline.core.problems import Invalid
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.settings.options import today
from loopline.slices.surveys.models import Survey
from loopline.slices.surveys.services import designing
from loopline.slices.surveys.services.sending import send_survey

COPIED = (
    "kind", "form", "least", "most", "least_label", "most_label", "choices", "question", "follow_up", "intro",
    "to_intake", "owner_id", "remind_after", "repeats", "sample",
)  # fmt: skip


def next_quarter(day: date) -> date:
    """The same day three months on, or that month's last."""
    year, month = day.year + (day.month + 2) // 12, (day.month + 2) % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def named(name: str, on: date) -> str:
    """The round's name: the survey's, with its quarter in place of an earlier one."""
    head, _, tail = name.rpartition(", Q")
    base = head if head and tail[:1].isdigit() else name
    return f"{base[:148]}, Q{(on.month + 2) // 3} {on.year}"


def next_rounds(*, actor: Actor, now: datetime) -> list[int]:
    """Open the next round of whatever is due; answers the new surveys' ids. Safe to run any time."""
    allow(actor, "survey.change")
    due = Survey.objects.filter(
        repeats="quarter", archived_at=None, followed_by=None, state__in=["open", "closed"]
    ).exclude(opened_at=None)
    ripe = [s.pk for s in due.order_by("pk")[:500] if _due(s, now)]
    return [made for pk in ripe if (made := _next(actor, pk, now))]


def _due(s: Survey, now: datetime) -> bool:
    return s.opened_at is not None and next_quarter(today(s.opened_at)) <= today(now)


@transaction.atomic
def _next(actor: Actor, survey_id: int, now: datetime) -> int | None:
    """Close the one before, hand its public link on, and ask whom it asked, as they are now."""
    was = designing.locked(survey_id)
    if Survey.objects.filter(follows=was).exists() or was.opened_at is None:
        return None
    if was.state == "open":
        designing.close_survey(actor=actor, survey_id=was.pk, now=now)
        was.refresh_from_db()
    on = today(now)
    closes = None
    if was.closes_on:
        closes = on + (was.closes_on - today(was.opened_at))
    key, was_key = was.key, secrets.token_urlsafe(18)
    apply_changes(was, {"key": was_key}, now=now)
    row = Survey.objects.create(
        **{k: getattr(was, k) for k in COPIED}, name=named(was.name, on), channels=was.channels,
        audience=was.audience, closes_on=closes, key=key, follows=was, created_at=now, updated_at=now,
    )  # fmt: skip
    change = Change("survey.created", "survey", row.pk, {}, {"name": row.name, "kind": row.kind})
    record(actor=actor, now=now, change=change)
    designing.indexed(row)
    designing.open_survey(actor=actor, survey_id=row.pk, now=now)
    if was.audience:
        try:
            send_survey(actor=actor, survey_id=row.pk, audience=was.audience, now=now)
        except Invalid:  # nobody is left to ask; the link takes answers all the same
            return row.pk
    return row.pk
