"""What is not done now, on purpose: why, and what would bring it back, watched every night."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid, Missing
from loopline.platform.blocks import registry
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.notify.services import notify_person
from loopline.platform.settings.options import today
from loopline.platform.ui.formats import written
from loopline.slices.docs import services as writing
from loopline.slices.home.weighing import arithmetic
from loopline.slices.home.weighing.leverage import ensure, page
from loopline.slices.playbook import queries as playbook

PLACE = "not_now"
FIELDS = ("what", "why", "back", "watch", "when", "level")


@dataclass(frozen=True, slots=True)
class NotNow:
    """One line: `now` is what the watched number says, `met` the day on which it came back."""

    id: str
    what: str
    why: str
    back: str
    watch: str
    when: str
    level: float | None
    met: date | None
    now: str
    href: str


def lines(actor: Actor, now: datetime) -> list[NotNow]:
    """All of them, those that came back first."""
    doc = page()
    out = []
    for r in (doc.data.get(PLACE) or ()) if doc else ():
        shown = _watched(actor, r, now)
        out.append(
            NotNow(
                r["id"], r.get("what") or "", r.get("why") or "", r.get("back") or "", r.get("watch") or "",
                r.get("when") or "", r.get("level"), date.fromisoformat(r["met"]) if r.get("met") else None,
                _said(shown), shown.href if shown else "",
            )
        )  # fmt: skip
    return sorted(out, key=lambda n: n.met is None)


def _watched(actor: Actor, row: Mapping[str, Any], now: datetime) -> registry.Shown | None:
    mark = playbook.source_of(row.get("watch") or "")
    return registry.show(actor, mark.name, mark.params, now) if mark else None


def _said(shown: registry.Shown | None) -> str:
    if shown is None:
        return ""
    return (
        written(shown.value, shown.unit)
        if shown.value is not None
        else shown.missing or "not measured"
    )


@transaction.atomic
def add(*, actor: Actor, values: Mapping[str, str], now: datetime) -> str:
    """Write one down. What would bring it back is words, or a number with its level. Raises Invalid."""
    allow(actor, "scorecard.change")
    found = {k: " ".join(str(values.get(k, "")).split()) for k in FIELDS}
    wrong = {
        k: said
        for k, said in (("what", "Say what is left for later."), ("why", "Say why not now."))
        if not found[k]
    }
    if found["watch"]:
        mark = playbook.source_of(found["watch"])
        if mark is None or mark.name not in registry.known():
            wrong["watch"] = "Choose a number that is there."
        if not found["level"]:
            wrong["level"] = "Say at which value it comes back."
        found["when"] = found["when"] or "at least"
    elif not found["back"]:
        wrong["back"] = "Say what would bring it back, or choose a number to watch."
    if wrong:
        raise Invalid(**wrong)
    if found["watch"] and not found["back"]:
        titles = dict(playbook.scorecard_choices())
        found["back"] = f"{titles.get(found['watch'], 'It')} is {found['when']} {found['level']}"
    return writing.add_row(
        actor=actor, doc_id=ensure(actor=actor, now=now), key=PLACE, values=found, now=now
    )


@transaction.atomic
def remove(*, actor: Actor, row_id: str, now: datetime) -> str:
    """Take one off. Answers the token that brings it back."""
    allow(actor, "scorecard.change")
    doc = page()
    if doc is None:
        raise Missing("line")
    return writing.remove_row(actor=actor, doc_id=doc.id, key=PLACE, row_id=row_id, now=now)


@transaction.atomic
def set_minutes(*, actor: Actor, value: str, now: datetime) -> None:
    """What a stalled thread costs in a week, in minutes. Raises Invalid."""
    allow(actor, "scorecard.change")
    text = value.strip()
    if text and not (
        text.replace(".", "", 1).isdecimal() and len(text) < 6 and 0 < float(text) <= 600
    ):
        raise Invalid(minutes="Say it in minutes a week, more than 0 and at most 600.")
    writing.fill(
        actor=actor, doc_id=ensure(actor=actor, now=now), key="minutes", value=text, now=now
    )


@transaction.atomic
def look(*, now: datetime) -> int:
    """Mark what came back, and tell the page's owner once. Answers how many; the second time none."""
    doc, actor = page(), Actor.system("Leverage")
    back = 0
    for r in (doc.data.get(PLACE) or ()) if doc else ():
        shown = None if r.get("met") or not r.get("watch") else _watched(actor, r, now)
        if (
            doc is None
            or shown is None
            or not arithmetic.met(r.get("when") or "", r.get("level"), shown.value)
        ):
            continue
        met = {"met": today(now).isoformat()}
        writing.change_row(
            actor=actor, doc_id=doc.id, key=PLACE, row_id=r["id"], values=met, now=now
        )
        if doc.owner_id:
            notify_person(
                user_id=doc.owner_id, text=f"No longer too early: {r['what']}. {r['back']}", url="/leverage#not-now",
                kind="leverage", key=f"not-now:{doc.id}:{r['id']}", now=now,
            )  # fmt: skip
        back += 1
    return back
