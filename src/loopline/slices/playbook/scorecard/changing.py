"""Changing the scorecard: begun, baselines taken once, outcomes added and changed, quarters reviewed, readings kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.blocks import registry
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.settings.options import today
from loopline.platform.ui.formats import num, written
from loopline.slices.docs import queries as docs
from loopline.slices.docs import rules as places
from loopline.slices.docs import services as writing
from loopline.slices.docs.queries import DocView
from loopline.slices.docs.services import NewDoc
from loopline.slices.docs.templating import template
from loopline.slices.measures import queries as measures
from loopline.slices.playbook.scorecard import pace
from loopline.slices.playbook.scorecard.reading import (
    REVIEW,
    SCORECARD,
    Said,
    Scorecard,
    key_of,
    read,
    source_of,
    sources,
    values,
)
from loopline.slices.playbook.standup import baselines
from loopline.slices.playbook.standup.sheets import newest, rows_of

ROWS = "rows"
WEEK = timedelta(days=6, hours=12)  # a reading a week, although a night may come early
MOST_READINGS = 120
MOST_WORDS = 300
FIRST: tuple[tuple[str, str, str, str, str], ...] = (
    ("Cycle time", "over-days key=work.cycle_time days=90", "lower", "-10 %", "-20 %"),
    ("Release frequency", "over-days key=releases.frequency days=90", "higher", "+25 %", "+50 %"),
    ("Activation", "metric key=activation", "higher", "+10 %", "+20 %"),
    ("Stakeholders' satisfaction", "stakeholders-content", "higher", "60", "70"),
    ("Release checklist followed", "checklists-followed", "higher", "80", "90"),
    ("Asks through one intake", "intake-share", "higher", "70", "80"),
    ("Dashboards with an owner", "dashboards-owned", "higher", "90", "100"),
    ("Asked to told", "line-health days=90", "lower", "-25 %", "-50 %"),
)
FIELDS = ("outcome", "source", "better", "six", "twelve", "owner")


def _doc() -> DocView:
    found = newest(SCORECARD)
    if found is None:
        raise Missing("scorecard")
    return found


@transaction.atomic
def begin(*, actor: Actor, now: datetime, sample: bool = False) -> int:
    """Set the scorecard up with its first outcomes and take the baseline. Answers the page's id; one there stays."""
    allow(actor, "scorecard.change")
    found = newest(SCORECARD)
    if found is not None:
        return found.id
    made = template(SCORECARD)
    if made is None:
        raise Missing("template")
    owner = actor.name if actor.user_id else ""
    lines = [
        places.row(made.places[ROWS], dict(zip(FIELDS, (*first, owner), strict=True)))
        for first in FIRST
    ]
    data = {"began": today(now).isoformat(), ROWS: lines}
    doc = writing.create_doc(
        actor=actor, new=NewDoc("Scorecard", SCORECARD, data=data), now=now, sample=sample
    )
    take_baseline(actor=actor, now=now)
    return doc


@transaction.atomic
def take_baseline(*, actor: Actor, now: datetime) -> int:
    """Keep what each outcome without a baseline says at this moment, or at an earlier baseline of the stand-up.

    One that is kept does not change any more. Answers how many were kept; what is not measured is left for later.
    """
    allow(actor, "scorecard.change")
    doc = _doc()
    rows = rows_of(doc, ROWS)
    kept = dict(docs.one(actor=actor, doc_id=doc.id).kept or {})
    open_ = [r for r in rows if "value" not in kept.get(key_of(r), {})]
    said = values(actor, open_, now)
    _, metrics = sources(open_)
    first = baselines.first_of(actor=actor) if metrics else None
    taken = 0
    for r in open_:
        own = said[r["id"]]
        was = first.values.get(metrics.get(r["id"], 0)) if first else None
        value, at = own.value, own.at or now
        if (
            was
            and was.value is not None
            and was.at
            and (value is None or was.at < at)
            and was.at <= now
        ):
            value, at = was.value, was.at
        if value is None:
            continue
        kept[key_of(r)] = kept.get(key_of(r), {}) | {
            "value": value,
            "at": at.isoformat(),
            "unit": own.unit,
        }
        taken += 1
    if taken:
        writing.keep_blocks(actor=actor, doc_id=doc.id, kept=kept, now=now)
    return taken


def _checked(values_: Mapping[str, str], *, new: bool) -> dict[str, str]:
    """What is to be written of an outcome. Raises Invalid."""
    found = {k: " ".join(str(values_[k]).split()) for k in FIELDS if k in values_}
    if (new or "outcome" in found) and not found.get("outcome"):
        raise Invalid(outcome="Say what should be different.")
    if new or "source" in found:
        mark = source_of(found.get("source", ""))
        if mark is None or mark.name not in registry.known():
            raise Invalid(source="Choose what it is measured by.")
    for key in ("six", "twelve"):
        if key in found:
            found[key] = pace.checked(found[key], key)
    return found


@transaction.atomic
def add_row(*, actor: Actor, changes: Mapping[str, str], now: datetime) -> str:
    """Another outcome, measured by any metric or block. Answers its id. Raises Invalid."""
    allow(actor, "scorecard.change")
    found = {"better": "higher"} | _checked(changes, new=True)
    return writing.add_row(actor=actor, doc_id=_doc().id, key=ROWS, values=found, now=now)


@transaction.atomic
def change_row(*, actor: Actor, row_id: str, changes: Mapping[str, str], now: datetime) -> None:
    """Change what an outcome is called, measured by, aims at, or who owns it. Raises Invalid."""
    allow(actor, "scorecard.change")
    found = _checked(changes, new=False)
    writing.change_row(
        actor=actor, doc_id=_doc().id, key=ROWS, row_id=row_id, values=found, now=now
    )


@transaction.atomic
def remove_row(*, actor: Actor, row_id: str, now: datetime) -> str:
    """Take an outcome off; its baseline waits. Answers the token that brings it back."""
    allow(actor, "scorecard.change")
    return writing.remove_row(actor=actor, doc_id=_doc().id, key=ROWS, row_id=row_id, now=now)


def printed(said: Said) -> str:
    """A number as the scorecard says it."""
    return written(said.value, said.unit) if said.value is not None else "not measured"


@transaction.atomic
def review(*, actor: Actor, said: Mapping[str, str], now: datetime, sample: bool = False) -> int:
    """Keep what every outcome says now with one sentence on each. Answers the review's id.

    Raises Invalid where a sentence is missing or too long, and Conflict where the quarter has its review.
    """
    allow(actor, "scorecard.change")
    card = read(actor, now)
    if card is None or not card.lines:
        raise Missing("scorecard")
    quarter = pace.quarter(today(now))
    if any(r.quarter == quarter for r in card.reviews):
        raise Conflict(f"{quarter} has its review already.")
    words = {line.id: " ".join(said.get(line.id, "").split()) for line in card.lines}
    wrong = {i: "Say it in one sentence." for i, text in words.items() if not text}
    wrong |= {
        i: f"At most {MOST_WORDS} characters." for i, t in words.items() if len(t) > MOST_WORDS
    }
    if wrong:
        raise Invalid(**wrong)
    rows = [
        {
            "id": line.id, "row": line.id, "outcome": line.outcome, "now": printed(line.said),
            "standing": line.standing, "words": words[line.id],
        }
        for line in card.lines
    ]  # fmt: skip
    new = NewDoc(quarter, REVIEW, data={"said": rows}, parent_id=card.doc_id)
    made = writing.create_doc(actor=actor, new=new, now=now, sample=sample)
    writing.keep_blocks(actor=actor, doc_id=made, kept=_numbers(card), now=now)
    writing.review(actor=actor, doc_id=card.doc_id, now=now)
    return made


def _numbers(card: Scorecard) -> dict[str, Any]:
    return {
        line.id: {
            "outcome": line.outcome, "value": line.said.value, "unit": line.said.unit,
            "standing": line.judged.state, "source": line.source, "sentence": line.said.sentence,
        }
        for line in card.lines
    }  # fmt: skip


@transaction.atomic
def keep_readings(*, actor: Actor, now: datetime, given: Mapping[str, float] | None = None) -> int:
    """A reading a week of every outcome that no metric keeps. Answers how many were added; again adds none.

    `given` are values by source of a time that cannot be computed any more; without it they are read.
    """
    allow(actor, "scorecard.change")
    doc = newest(SCORECARD)
    if doc is None:
        return 0
    kept = dict(docs.one(actor=actor, doc_id=doc.id).kept or {})
    _, metrics = sources(rows_of(doc, ROWS))
    due = [
        r
        for r in rows_of(doc, ROWS)
        if r["id"] not in metrics and _due(kept.get(key_of(r), {}), now)
    ]
    if given is not None:
        due = [r for r in due if r.get("source") in given]
    said: Mapping[str, Said] = {} if given is not None else values(actor, due, now)
    added = 0
    for r in due:
        value = given[r["source"]] if given is not None else said[r["id"]].value
        if value is None:
            continue
        own = kept.get(key_of(r), {})
        readings: Sequence[Any] = [*own.get("readings", ()), [now.isoformat(), value]]
        kept[key_of(r)] = own | {"readings": list(readings)[-MOST_READINGS:]}
        added += 1
    if added:
        writing.keep_blocks(actor=actor, doc_id=doc.id, kept=kept, now=now)
    return added


def _due(own: Mapping[str, Any], now: datetime) -> bool:
    readings = own.get("readings") or ()
    last = readings[-1][0] if readings else own.get("at")
    return last is None or now - datetime.fromisoformat(last) >= WEEK


@task()
def read_all() -> None:
    """By night: a reading where one is due."""
    keep_readings(actor=Actor.system("Scorecard"), now=timezone.now())


def choices() -> list[tuple[str, str]]:
    """What an outcome can be measured by: every metric, and every block that says one number."""
    metrics = [(f"metric id={i}", name) for i, name in measures.metric_choices()[1:]]
    known = registry.known()
    blocks = [(name, known[name].title) for name in NUMBERS if name in known]
    over = [
        (f"over-days key={key} days=90", f"{label}, over 90 days")
        for key, label in measures.over_choices()
    ]
    return [*blocks, *over, *metrics]


NUMBERS = (
    "intake-share", "checklists-followed", "dashboards-owned", "stakeholders-content", "line-health", "feedback-health",
    "work-ageing", "work-blocked", "decisions-open", "decisions-revisit", "follow-ups-waiting", "actions-overdue",
    "naming-kept", "tour-heard", "tools-unowned", "rituals-worth",
)  # fmt: skip


def aim(value: float | None, unit: str) -> str:
    """A target as printed; nothing where there is none."""
    return "" if value is None else written(value, unit) if unit else num(value)
