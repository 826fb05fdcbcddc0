"""A survey's life: written, opened, closed, corrected, put away."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.settings.options import today
from loopline.platform.undo import steps
from loopline.slices.surveys.models import Answer, Survey
from loopline.slices.surveys.rules import KINDS, clean_shape, plain, remind_days, repeated

_TEXTS = {"name": 160, "question": 300, "follow_up": 300, "intro": 1000}
_NEEDED = ("name", "question")
# what an answer means hangs on these, so they stay once there is one
_MEANING = ("question", "form", "least", "most", "choices")
_SHAPE = ("form", "least", "most", "least_label", "most_label", "choices")


def signing_secret(survey_key: str) -> str:
    """What a page signs people's names with so that the snippet's answers are certain."""
    return salted_hmac("loopline.surveys.person", survey_key, algorithm="sha256").hexdigest()


def locked(survey_id: int) -> Survey:
    row = Survey.objects.select_for_update().filter(pk=survey_id).first()
    if row is None:
        raise Missing("survey")
    return row


def indexed(s: Survey) -> None:
    """Put what search knows of it up to date."""
    body = " ".join(filter(None, [s.question, s.follow_up]))
    index.put([
        index.Entry(
            "survey", s.pk, s.name, s.updated_at, f"SUR-{s.pk}", body, KINDS[s.kind].label,
            bool(s.archived_at),
        )
    ])  # fmt: skip


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    out = {}
    for key, most in _TEXTS.items():
        if key not in values:
            continue
        raw = plain(str(values[key] or ""))
        text = raw.strip() if key == "intro" else " ".join(raw.split())
        if len(text) > most or (key in _NEEDED and not text):
            least = "1 to " if key in _NEEDED else "at most "
            said = key.replace("_", "-")
            raise Invalid(**{key: f"The {said} holds {least}{most:,} characters."})
        out[key] = text
    return out


def _days(opens: Any, closes: Any) -> None:
    if opens and closes and closes < opens:
        raise Invalid(closes_on="It closes before it opens. Choose a later day.")


@transaction.atomic
def create_survey(
    *, actor: Actor, kind: str, values: Mapping[str, Any], now: datetime, sample: bool = False
) -> int:
    """Write a survey down as a draft. `values` may hold name, question, follow_up, intro, the shape of a
    custom one (form, least, most, labels, choices), to_intake, anonymous, opens_on, closes_on and owner_id."""
    allow(actor, "survey.change")
    shape = clean_shape(kind, values)
    k = KINDS[kind]
    texts = {"question": k.question, "follow_up": k.follow_up, "intro": "", "name": ""}
    texts |= {key: v for key, v in values.items() if key in _TEXTS and v is not None}
    opens, closes = values.get("opens_on"), values.get("closes_on")
    _days(opens, closes)
    remind, repeats = remind_days(values.get("remind_after")), repeated(values.get("repeats"))
    intake = values.get("to_intake")
    row = Survey.objects.create(
        kind=kind, **_texts(texts), **shape, opens_on=opens, closes_on=closes,
        to_intake=kind != "stakeholders" if intake is None else bool(intake),
        owner_id=values.get("owner_id") or actor.user_id, key=secrets.token_urlsafe(18),
        remind_after=remind, repeats=repeats, anonymous=bool(values.get("anonymous")),
        created_at=now, updated_at=now, sample=sample,
    )  # fmt: skip
    after = {"name": row.name, "kind": kind}
    record(actor=actor, now=now, change=Change("survey.created", "survey", row.pk, {}, after))
    indexed(row)
    return row.pk


@transaction.atomic
def change_survey(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Correct fields, put it away or bring it back. The question and scale stay once there are answers."""
    allow(actor, "survey.change")
    row = locked(id_)
    values = dict(changes)
    values |= _texts(values)
    if "remind_after" in values:
        values["remind_after"] = remind_days(values["remind_after"])
    if "repeats" in values:
        values["repeats"] = repeated(values["repeats"])
    asked = {k: v for k, v in values.items() if k in _SHAPE}
    if asked:
        now_is = {k: getattr(row, k) for k in _SHAPE}
        values |= clean_shape(row.kind, now_is | asked)
    _days(values.get("opens_on", row.opens_on), values.get("closes_on", row.closes_on))
    meant = [k for k in _MEANING if k in values and values[k] != getattr(row, k)]
    if meant and Answer.objects.filter(survey_id=row.pk).exists():
        raise Conflict(
            "There are answers to this wording; another would change what they mean. Make a new survey."
        )
    before, after = apply_changes(row, values, now=now, version=version)
    if after:
        record(
            actor=actor, now=now, change=Change("survey.changed", "survey", row.pk, before, after)
        )
        indexed(row)


def _turn(actor: Actor, row: Survey, state: str, verb: str, now: datetime) -> None:
    changes: dict[str, Any] = {"state": state}
    if state == "open":
        changes |= {"opened_at": row.opened_at or now, "closed_at": None}
    if state == "closed":
        changes["closed_at"] = now
    before, after = apply_changes(row, changes, now=now)
    keep = ("state",)
    record(
        actor=actor, now=now,
        change=Change(
            f"survey.{verb}", "survey", row.pk,
            {k: before[k] for k in keep}, {k: after[k] for k in keep},
        ),
    )  # fmt: skip


@transaction.atomic
def open_survey(*, actor: Actor, survey_id: int, now: datetime) -> str:
    """Take answers from now on; a closed one opens again. Answers an undo token, empty if it was open."""
    allow(actor, "survey.change")
    row = locked(survey_id)
    if row.state == "open":
        return ""
    if row.archived_at:
        raise Conflict("It is archived. Bring it back first.")
    if row.closes_on and row.closes_on < today(now):
        raise Conflict("Its last day has passed. Set a later one first.")
    was = row.state
    _turn(actor, row, "open", "opened", now)
    return steps.offer(
        actor=actor, label=f"Opened {row.name}"[:200], inverse="survey.turn_back",
        payload={"survey_id": row.pk, "state": was, "version": row.version}, now=now,
    )  # fmt: skip


@transaction.atomic
def close_survey(*, actor: Actor, survey_id: int, now: datetime) -> str:
    """Take no more answers; the links say so. Answers an undo token, empty if it was closed."""
    allow(actor, "survey.change")
    row = locked(survey_id)
    if row.state == "closed":
        return ""
    if row.state == "draft":
        raise Conflict("It was never open. Archive it if it is not wanted.")
    _turn(actor, row, "closed", "closed", now)
    return steps.offer(
        actor=actor, label=f"Closed {row.name}"[:200], inverse="survey.turn_back",
        payload={"survey_id": row.pk, "state": "open", "version": row.version}, now=now,
    )  # fmt: skip


@transaction.atomic
def turn_back(*, actor: Actor, survey_id: int, state: str, version: int, now: datetime) -> None:
    """The inverse of opening and closing. Raises Conflict when the survey was changed since."""
    allow(actor, "survey.change")
    row = locked(survey_id)
    if row.version != version:
        raise Conflict(f"It was changed since and is {row.state} now; change it by hand.")
    if state == "draft" and Answer.objects.filter(survey_id=row.pk).exists():
        raise Conflict("There are answers already. Close it instead.")
    _turn(actor, row, state, "turned_back", now)


@transaction.atomic
def archive_many(*, actor: Actor, ids: Sequence[int], archived: bool = True, now: datetime) -> str:
    """Put surveys away, or bring them back; answers the token that undoes it."""
    allow(actor, "survey.change")
    for i in sorted(set(ids)):
        change_survey(actor=actor, id_=i, changes={"archived": archived}, now=now)
    verb = "Archived" if archived else "Brought back"
    noun = "1 survey" if len(ids) == 1 else f"{len(ids)} surveys"
    return steps.offer(
        actor=actor, label=f"{verb} {noun}", inverse="survey.archive_many",
        payload={"ids": list(ids), "archived": not archived}, now=now,
    )  # fmt: skip


@transaction.atomic
def keep_the_days(*, actor: Actor, now: datetime) -> None:
    """Open drafts whose first day has come and close what is over; safe to run any time."""
    allow(actor, "survey.change")
    day = today(now)
    live = Survey.objects.filter(archived_at=None)
    due = live.filter(state="draft", opens_on__lte=day).exclude(closes_on__lt=day)
    for pk in list(due.values_list("pk", flat=True)[:500]):
        _turn(actor, locked(pk), "open", "opened", now)
    over = live.filter(state="open", closes_on__lt=day)
    for pk in list(over.values_list("pk", flat=True)[:500]):
        _turn(actor, locked(pk), "closed", "closed", now)
