"""The operating model: which stage this is, where the company stands on it, what to add, what is too early."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from loopline.core.problems import Invalid, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.identity.queries import people_choices, teams
from loopline.platform.settings.options import today
from loopline.platform.ui.formats import num, plural
from loopline.slices.docs import services as writing
from loopline.slices.docs.queries import DocView
from loopline.slices.docs.services import NewDoc
from loopline.slices.playbook.plays import company, standing
from loopline.slices.playbook.plays.mapping import STAGES, Practice, Remark, Stage, stages
from loopline.slices.playbook.plays.standing import Look, Seen
from loopline.slices.playbook.standup.sheets import newest, rows_of

MODEL = "operating-model"
IN_PLACE, PARTLY, ABSENT, UNKNOWN = "in_place", "partly", "absent", "unknown"
WORDS = {
    IN_PLACE: "In place", PARTLY: "In part", ABSENT: "Not in place", UNKNOWN: "Not yet measured",
}  # fmt: skip
TONES = {IN_PLACE: "good", PARTLY: "warn", ABSENT: "bad", UNKNOWN: ""}
SAYS = ("In place", "Not in place", "Next")


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody said by hand of a practice, a signal or something too early."""

    says: str
    note: str
    by: str
    on: date | None
    row: str


@dataclass(frozen=True, slots=True)
class Held:
    """A practice as it stands: `state` from the numbers, or from a mark where there is one."""

    practice: Practice
    seen: tuple[Seen, ...]
    mark: Mark | None

    @property
    def state(self) -> str:
        if self.mark and self.mark.says in SAYS[:2]:
            return IN_PLACE if self.mark.says == SAYS[0] else ABSENT
        known = [s.good for s in self.seen if s.good is not None]
        if not known:
            return UNKNOWN
        if all(known) and len(known) == len(self.seen):
            return IN_PLACE
        return PARTLY if any(known) else ABSENT

    @property
    def word(self) -> str:
        return WORDS[self.state]

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def short(self) -> Seen | None:
        """The number that says most why it is not in place."""
        return next((s for s in self.seen if s.good is False), None)


@dataclass(frozen=True, slots=True)
class Said:
    """A remark as it stands: `holds` is None where nothing measures it and nobody marked it."""

    remark: Remark
    seen: Seen | None
    mark: Mark | None

    @property
    def holds(self) -> bool | None:
        if self.mark and self.mark.says in SAYS[:2]:
            return self.mark.says == SAYS[0]
        if self.seen is None or self.seen.shown.value is None:
            return None
        if self.remark.at_least is not None:
            return self.seen.shown.value >= self.remark.at_least
        return self.seen.good


@dataclass(frozen=True, slots=True)
class Proposal:
    """Which stage the counts speak for, and why."""

    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Model:
    """One stage as this company stands in it. `next` is the practice to add and `reason` why that one."""

    stage: Stage
    practices: tuple[Held, ...]
    too_early: tuple[Said, ...]
    ready: tuple[Said, ...]
    next: Held | None
    reason: str

    @property
    def done(self) -> int:
        return sum(h.state == IN_PLACE for h in self.practices)

    @property
    def ripe(self) -> int:
        return sum(s.holds is True for s in self.ready)

    @property
    def early(self) -> list[Said]:
        """What is there already and too early."""
        return [s for s in self.too_early if s.holds]


def key_of(name: str) -> str:
    """The stage as the company sheet calls it, by its key; empty where it says none."""
    return next((s.key for s in stages().values() if s.name.lower() == name.strip().lower()), "")


def chosen() -> str:
    """The stage the company sheet says."""
    doc = company.sheet()
    return key_of(str(doc.data.get("stage") or "")) if doc else ""


def proposed() -> Proposal:
    """From the number of people (of the sheet, else of those with a seat here) and squads."""
    doc = company.sheet()
    said = doc.data.get("people") if doc else None
    people = int(said) if said else len(people_choices())
    squads = len(teams())
    key = next(
        (s.key for s in stages().values() if people <= s.people and squads <= s.squads), STAGES[-1]
    )
    where = "work here" if said else "have a seat here"
    return Proposal(
        key, f"{plural(people, 'person', 'people')} {where}, in {plural(squads, 'squad')}"
    )


def here() -> str:
    """The stage that counts: of the sheet, else the proposed one."""
    return chosen() or proposed().key


def marks(doc: DocView | None) -> dict[str, Mark]:
    """By practice, signal or remark; the last one counts."""
    return {
        str(r["item"]): Mark(
            str(r.get("says") or ""), str(r.get("note") or ""), str(r.get("by") or ""),
            date.fromisoformat(str(r["on"])) if r.get("on") else None, str(r["id"]),
        )
        for r in rows_of(doc, "marks")
        if r.get("item")
    }  # fmt: skip


def model(actor: Actor, key: str, now: datetime) -> Model:
    """A stage as it stands now."""
    found = stages()[key]
    keys = [s for p in found.practices for s in p.signs]
    keys += [r.sign for r in (*found.too_early, *found.ready) if r.sign]
    return _model(found, standing.ask(actor, keys, now), marks(newest(MODEL)))


def looked(actor: Actor, key: str, look: Look) -> Model:
    """The same by the last nightly look; asks only for marks."""
    found = stages()[key]
    keys = [s for p in found.practices for s in p.signs]
    keys += [r.sign for r in (*found.too_early, *found.ready) if r.sign]
    seen = {k: standing.kept(actor, look, k) for k in keys}
    return _model(found, seen, marks(newest(MODEL)))


def _model(found: Stage, seen: Mapping[str, Seen], by_hand: Mapping[str, Mark]) -> Model:
    held = tuple(
        Held(p, tuple(seen[s] for s in p.signs), by_hand.get(p.key)) for p in found.practices
    )
    early = _said(found.too_early, seen, by_hand)
    ready = _said(found.ready, seen, by_hand)
    next_, reason = _next(held)
    return Model(found, held, early, ready, next_, reason)


def _said(
    remarks: Sequence[Remark], seen: Mapping[str, Seen], by_hand: Mapping[str, Mark]
) -> tuple[Said, ...]:
    return tuple(Said(r, seen.get(r.sign), by_hand.get(r.key)) for r in remarks)


def _next(held: Sequence[Held]) -> tuple[Held | None, str]:
    """What somebody chose, else the first that the numbers say is missing, else what cannot be told yet."""
    open_ = [h for h in held if h.state != IN_PLACE]
    picked = next((h for h in open_ if h.mark and h.mark.says == SAYS[2]), None)
    if picked and picked.mark:
        note = f": {picked.mark.note}" if picked.mark.note else ""
        return picked, f"{picked.mark.by or 'Somebody'} chose it{note}."
    order = (ABSENT, PARTLY, UNKNOWN)
    first = next((h for state in order for h in open_ if h.state == state), None)
    if first is None:
        return None, ""
    why = f"{first.practice.why} "
    if first.short and first.short.shown.sentence:
        return first, f"{why}Today: {first.short.shown.sentence.rstrip('.')}."
    missing = next((s.shown.missing for s in first.seen if s.shown.missing), "")
    return first, f"{why}{missing}".strip()


@transaction.atomic
def mark(*, actor: Actor, item: str, says: str, note: str = "", now: datetime) -> None:
    """Say by hand how a practice, a signal or something too early stands; an empty `says` takes it back."""
    allow(actor, "stage.change")
    if item not in items():
        raise Missing("practice")
    if says and says not in SAYS:
        raise Invalid(says=f"Choose one of {', '.join(SAYS)}.")
    if len(note) > 300:
        raise Invalid(note="At most 300 characters.")
    doc = newest(MODEL)
    id_ = doc.id if doc else writing.create_doc(actor=actor, new=NewDoc("", MODEL), now=now)
    there = marks(doc)
    if says == SAYS[2]:
        _unpick(actor, id_, there, item, now)
    known = there.get(item)
    if not says:
        if known:
            writing.remove_row(actor=actor, doc_id=id_, key="marks", row_id=known.row, now=now)
        return
    values = {
        "item": item, "says": says, "note": note.strip(), "by": actor.name[:160], "on": today(now).isoformat(),
    }  # fmt: skip
    if known:
        writing.change_row(
            actor=actor, doc_id=id_, key="marks", row_id=known.row, values=values, now=now
        )
    else:
        writing.add_row(actor=actor, doc_id=id_, key="marks", values=values, now=now)


def _unpick(actor: Actor, doc: int, there: Mapping[str, Mark], item: str, now: datetime) -> None:
    """Only one practice is next."""
    for key, m in there.items():
        if m.says == SAYS[2] and key != item:
            writing.remove_row(actor=actor, doc_id=doc, key="marks", row_id=m.row, now=now)


def items() -> dict[str, str]:
    """Everything that can be marked: its text by its key."""
    out: dict[str, str] = {}
    for s in stages().values():
        out |= {p.key: p.text for p in s.practices}
        out |= {r.key: r.text for r in (*s.too_early, *s.ready)}
    return out


@transaction.atomic
def set_stage(*, actor: Actor, key: str, now: datetime) -> None:
    """Write the stage into the company sheet, which is made where there is none."""
    allow(actor, "stage.change")
    if key not in stages():
        raise Invalid(stage=f"Choose one of {', '.join(s.name for s in stages().values())}.")
    doc = company.sheet()
    id_ = doc.id if doc else writing.create_doc(actor=actor, new=NewDoc("", company.SHEET), now=now)
    writing.fill(actor=actor, doc_id=id_, key="stage", value=stages()[key].name, now=now)


def sentence(m: Model) -> str:
    """One line over a stage."""
    text = f"{m.stage.name}: {num(m.done)} of {plural(len(m.practices), 'practice')} in place"
    if m.next:
        text += f"; next: {m.next.practice.text[:1].lower()}{m.next.practice.text[1:]}"
    return text
