"""Opening, deciding and looking again."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.cards.registry import card
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.settings.options import today
from loopline.slices.decisions.events import DecisionDecided
from loopline.slices.decisions.models import Decision
from loopline.slices.decisions.queries import facts
from loopline.slices.decisions.rules import VERDICTS, clean_options


def _index(d: Decision) -> None:
    body = " ".join([d.chosen, d.rationale, *(o["title"] for o in d.options)])
    entry = index.Entry(
        "decision", d.pk, d.question, d.updated_at, f"DEC-{d.pk}", body, d.verdict, bool(d.archived_at)
    )  # fmt: skip
    index.put([entry])


def _locked(decision_id: int) -> Decision:
    row = Decision.objects.select_for_update().filter(pk=decision_id).first()
    if row is None:
        raise Missing("decision")
    return row


@transaction.atomic
def open_decision(
    *,
    actor: Actor,
    question: str,
    options: Sequence[Mapping[str, Any]] = (),
    about: tuple[str, int] | None = None,
    revisit_on: date | None = None,
    now: datetime,
    sample: bool = False,
) -> int:
    """Write a question down with the options there are. Answers its id."""
    allow(actor, "decision.change")
    text = " ".join(question.split())
    if not text or len(text) > 300:
        raise Invalid(question="Write the question in 1 to 300 characters.")
    if about:
        card(actor=actor, type_=about[0], id_=about[1])
    row = Decision.objects.create(
        question=text,
        options=clean_options(options),
        about_type=about[0] if about else "",
        about_id=about[1] if about else None,
        revisit_on=revisit_on,
        owner_id=actor.user_id,
        created_at=now,
        updated_at=now,
        sample=sample,
    )
    record(
        actor=actor,
        now=now,
        change=Change("decision.opened", "decision", row.pk, {}, {"question": text}),
    )
    _index(row)
    return row.pk


@transaction.atomic
def decide(
    *,
    actor: Actor,
    decision_id: int,
    chosen: str,
    rationale: str,
    verdict: str = "other",
    revisit_on: date | None = None,
    now: datetime,
) -> None:
    """Choose, say why, and freeze what is known now. A decided one is decided anew by a new question."""
    allow(actor, "decision.change")
    row = _locked(decision_id)
    chosen = " ".join(chosen.split())[:300]
    if row.state == "decided":
        if row.chosen == chosen and row.rationale == rationale.strip():
            return
        raise Conflict("This was decided already. Open a new decision that takes its place.")
    if not chosen:
        raise Invalid(chosen="Name the option that was chosen.")
    if row.options and chosen not in [o["title"] for o in row.options]:
        raise Invalid(chosen="Choose one of the options by its title, or add it first.")
    if not rationale.strip():
        raise Invalid(rationale="Say why; whoever reads this in a year was not in the room.")
    if verdict not in dict(VERDICTS):
        raise Invalid(verdict=f"A verdict is one of {', '.join(dict(VERDICTS))}.")
    frozen = [list(f) for f in facts(row.about_type, row.about_id)]
    changes = {
        "state": "decided", "chosen": chosen, "rationale": rationale.strip()[:10_000], "verdict": verdict,
        "decided_at": now, "decided_by_id": actor.user_id, "decider_name": actor.name[:160],
        "revisit_on": revisit_on or row.revisit_on, "inputs": frozen,
    }  # fmt: skip
    apply_changes(row, changes, now=now)
    after = {"chosen": chosen, "verdict": verdict}
    record(actor=actor, now=now, change=Change("decision.decided", "decision", row.pk, {}, after))
    _index(row)
    publish(
        DecisionDecided(row.pk, row.about_type, row.about_id or 0, verdict), actor=actor, now=now
    )


@transaction.atomic
def keep(
    *, actor: Actor, decision_id: int, until: date | None, note: str = "", now: datetime
) -> None:
    """Looked at again and kept, until a later day or for good."""
    allow(actor, "decision.change")
    row = _locked(decision_id)
    if row.state != "decided":
        raise Conflict("Decide it first.")
    if until and until <= today(now):
        raise Invalid(until="Choose a day to come.")
    said = {"on": today(now).isoformat(), "by": actor.name, "note": note.strip()[:500]}
    before, after = apply_changes(row, {"revisit_on": until, "kept": [*row.kept, said]}, now=now)
    record(actor=actor, now=now, change=Change("decision.kept", "decision", row.pk, before, after))


@transaction.atomic
def change_decision(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Correct the question, options, owner or the day to look again; what was decided stays."""
    allow(actor, "decision.change")
    row = _locked(id_)
    values = dict(changes)
    if "options" in values:
        if row.state == "decided":
            raise Conflict("The options are frozen with the decision.")
        values["options"] = clean_options(values["options"])
    if "question" in values and not str(values["question"]).strip():
        raise Invalid(question="The question cannot be empty.")
    before, after = apply_changes(row, values, now=now, version=version)
    if after:
        record(
            actor=actor,
            now=now,
            change=Change("decision.changed", "decision", row.pk, before, after),
        )
        _index(row)
