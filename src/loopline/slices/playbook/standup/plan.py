"""The plan of 90 days: three stages with what is to do and what has to be true before going on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.settings.options import today
from loopline.slices.docs import pages
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.pages import Part, Ticked
from loopline.slices.docs.queries import DocView
from loopline.slices.docs.services import NewDoc
from loopline.slices.playbook.standup.sheets import PLAN, newest

DAYS = 90
STAGES = (
    ("30", "Listen and look", 0),
    ("60", "Try it with one squad", 30),
    ("90", "Widen what works", 60),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Thirty days. `state` is done, now, held (its days are over and something is open) or next."""

    key: str
    name: str
    first: date
    last: date
    state: str
    todo: Part
    gate: Part

    @property
    def items(self) -> Sequence[Ticked]:
        return [*self.todo.items, *self.gate.items]

    @property
    def done(self) -> int:
        return pages.progress(self.items)[0]

    @property
    def open(self) -> list[Ticked]:
        """What is not done, what is to do before what has to be true."""
        return [i for i in self.items if i.done is not True]


@dataclass(frozen=True, slots=True)
class Plan:
    """`day` counts from 1 on the first day; below 1 it has not begun."""

    doc: DocView
    starts: date
    day: int
    stages: tuple[Stage, ...]

    @property
    def done(self) -> int:
        return sum(s.done for s in self.stages)

    @property
    def of(self) -> int:
        return sum(len(s.items) for s in self.stages)

    @property
    def now(self) -> Stage:
        """The stage to work on: the first with something open, but none that is still to come."""
        begun = [s for s in self.stages if s.state != "next"] or [self.stages[0]]
        return next((s for s in begun if s.open), begun[-1])

    @property
    def next(self) -> Ticked | None:
        return next(iter(self.now.open), None)


def began(doc: DocView) -> date:
    """Its first day as written, else the day it was made."""
    said = doc.data.get("starts")
    return date.fromisoformat(said) if said else today(doc.created_at)


def day_of(doc: DocView, now: datetime) -> int:
    return (today(now) - began(doc)).days + 1


def running(*, actor: Actor, now: datetime) -> Plan | None:
    """The plan at hand with its checks read from the data; None where nobody began one."""
    allow(actor, "rollout.read")
    doc = newest(PLAN)
    if doc is None:
        return None
    row = docs.one(actor=actor, doc_id=doc.id)
    starts, day = began(doc), day_of(doc, now)
    stages = []
    for key, name, offset in STAGES:
        todo, gate = (pages.place_part(actor, row, f"{p}_{key}", now) for p in ("do", "exit"))
        first = starts + timedelta(days=offset)
        stages.append(
            Stage(key, name, first, first + timedelta(days=29), _state(day - offset, [*todo.items, *gate.items]),
                  todo, gate)
        )  # fmt: skip
    return Plan(doc, starts, day, tuple(stages))


def _state(day: int, items: Sequence[Ticked]) -> str:
    if day < 1:
        return "next"
    if all(i.done for i in items):
        return "done"
    return "now" if day <= 30 else "held"


def begin(*, actor: Actor, starts: date | None = None, now: datetime, sample: bool = False) -> int:
    """Begin a plan; where one runs, answers that one's id."""
    allow(actor, "rollout.change")
    there = next(iter(docs.of_template(PLAN)), None)
    if there:
        return there.id
    new = NewDoc("", PLAN, data={"starts": (starts or today(now)).isoformat()})
    return writing.create_doc(actor=actor, new=new, now=now, sample=sample)
