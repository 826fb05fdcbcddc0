"""The listening tour: who was heard in each role, what hurts and how often, and its way into the intake."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.links.services import link
from loopline.platform.settings.options import today
from loopline.slices.docs import queries as docs
from loopline.slices.docs import rules as filling
from loopline.slices.docs import services as writing
from loopline.slices.docs.queries import DocView
from loopline.slices.docs.services import NewDoc
from loopline.slices.docs.templating import template
from loopline.slices.feedback import queries as feedback
from loopline.slices.feedback import services as intake
from loopline.slices.playbook.standup.sheets import TOUR, rows_of

SOURCE = "internal"
EACH = 2  # people to hear in each role, where the tour says nothing else
ROLES = ("Founder", "Product", "Engineering", "Design", "Sales", "Support", "Success", "Customer")
MOST_AT_ONCE = 60
INTERVIEW = "interview"


@dataclass(frozen=True, slots=True)
class Role:
    """One role: people heard, booked or still to ask, and how many there should be, 0 for a role not on the list."""

    name: str
    heard: int
    booked: int
    asked: int
    goal: int

    @property
    def there(self) -> bool:
        return 0 < self.goal <= self.heard


@dataclass(frozen=True, slots=True)
class Voice:
    """One person naming a pain; `key` and `href` are of the item in the intake, empty until it is there."""

    name: str
    role: str
    words: str
    key: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Pain:
    """What hurts, by who named it."""

    tag: str
    voices: tuple[Voice, ...]

    @property
    def roles(self) -> int:
        return len({v.role for v in self.voices})


@dataclass(frozen=True, slots=True)
class Tour:
    doc: DocView
    goal: int
    people: Sequence[Mapping[str, Any]]
    roles: tuple[Role, ...]
    pains: tuple[Pain, ...]

    @property
    def wanted(self) -> list[Role]:
        """Roles on the list, whose people are to be heard."""
        return [r for r in self.roles if r.goal]

    @property
    def heard(self) -> int:
        return sum(p.get("state") == "Heard" for p in self.people)


def wanted_roles(doc: DocView) -> list[str]:
    """Roles the tour names, else the usual ones."""
    said = str(doc.data.get("roles") or "").replace("\n", ",").split(",")
    return [r.strip().capitalize() for r in said if r.strip()] or list(ROLES)


def read(doc: DocView, *, items: bool = False) -> Tour:
    """The tour counted. With `items` each pain carries its item of the intake: one query."""
    people = rows_of(doc, "people")
    goal, wanted = max(int(doc.data.get("goal") or EACH), 1), wanted_roles(doc)
    by: dict[str, Counter[str]] = {r: Counter() for r in wanted}
    for p in people:
        by.setdefault(p.get("role") or "Other", Counter())[p.get("state") or "To ask"] += 1
    roles = tuple(
        Role(r, c["Heard"], c["Booked"], c["To ask"], goal if r in wanted else 0)
        for r, c in by.items()
    )
    return Tour(doc, goal, people, roles, _pains(doc, people, items))


def _pains(doc: DocView, people: Sequence[Mapping[str, Any]], items: bool) -> tuple[Pain, ...]:
    heard = [p for p in people if p.get("state") == "Heard"]
    ids = [external_id(doc.id, p["id"], t) for p in heard for t in p.get("pains") or ()]
    known = feedback.of_source(SOURCE, ids) if items and ids else {}
    found: dict[str, list[Voice]] = {}
    for p in heard:
        for tag in p.get("pains") or ():
            pk, key = known.get(external_id(doc.id, p["id"], tag), (0, ""))
            voice = Voice(
                p.get("name") or "Somebody", p.get("role") or "Other", p.get("words") or "", key,
                f"/feedback/{pk}" if pk else "",
            )  # fmt: skip
            found.setdefault(tag, []).append(voice)
    counted = [Pain(tag, tuple(voices)) for tag, voices in found.items()]
    return tuple(sorted(counted, key=lambda p: (-len(p.voices), -p.roles, p.tag)))


def external_id(doc_id: int, row: str, tag: str) -> str:
    """How the intake knows a pain of one person again."""
    return f"tour-{doc_id}-{row}-{tag}"[:200]


def begin(*, actor: Actor, lines: str = "", now: datetime, sample: bool = False) -> int:
    """Begin a tour with people one a line, "Ruth Holm, Sales"; where one runs they are added to it."""
    allow(actor, "rollout.change")
    there = next(iter(docs.of_template(TOUR)), None)
    rows = people_of(lines)
    if there is None:
        new = NewDoc("", TOUR, data={"people": rows})
        return writing.create_doc(actor=actor, new=new, now=now, sample=sample)
    named = {str(p.get("name")).casefold() for p in rows_of(there, "people")}
    for row in rows:
        if str(row["name"]).casefold() not in named:
            values = {k: str(row[k]) for k in ("name", "role", "state")}
            writing.add_row(actor=actor, doc_id=there.id, key="people", values=values, now=now)
    return there.id


def people_of(lines: str) -> list[dict[str, Any]]:
    """Rows of a text with a person a line. Raises Invalid with the line that says no role we know."""
    made = template(TOUR)
    place = made.places["people"] if made else None
    if place is None:
        raise Missing("template of the listening tour")
    texts = [t.strip() for t in lines.splitlines() if t.strip()]
    if len(texts) > MOST_AT_ONCE:
        raise Invalid(people=f"At most {MOST_AT_ONCE} people at once.")
    out = []
    for text in texts:
        name, _, role = (t.strip() for t in text.partition(","))
        try:
            out.append(filling.row(place, {"name": name, "role": role, "state": "To ask"}))
        except Invalid as wrong:
            raise Invalid(people=f"“{text[:80]}”: {' '.join(wrong.errors.values())}") from None
    return out


@transaction.atomic
def book(*, actor: Actor, doc_id: int, row_id: str, on: date | None = None, now: datetime) -> int:
    """Make the notes of one talk and mark it as booked; twice answers the same notes. Answers their id."""
    allow(actor, "rollout.change")
    tour = docs.by_ids([doc_id]).get(doc_id)
    row = next((r for r in rows_of(tour, "people") if r["id"] == row_id), None)
    if tour is None or tour.template != TOUR or row is None:
        raise Missing("person of the listening tour")
    notes = str(row.get("notes") or "")
    if notes.startswith("/docs/") and notes[6:].isdecimal():
        return int(notes[6:])
    title = f"Listening to {row.get('name') or 'somebody'}, {row.get('role') or 'no role yet'}"
    kind = INTERVIEW if template(INTERVIEW) else ""
    new = NewDoc(title[:200], kind, None if kind else _GUIDE, parent_id=doc_id)
    made = writing.create_doc(actor=actor, new=new, now=now)
    values = {"state": row.get("state") or "Booked", "notes": f"/docs/{made}"}
    if values["state"] == "To ask":
        values["state"] = "Booked"
    if on is not None:
        values["on"] = on.isoformat()
    writing.change_row(
        actor=actor, doc_id=doc_id, key="people", row_id=row_id, values=values, now=now
    )
    return made


_GUIDE = """1. What are you trying to get done this week, and what is in the way?
2. Tell me about the last time something you asked for was built. And one that was not.
3. Where do you wait, and for whom?
4. What would you miss if it were taken away?
"""


def into_intake(*, actor: Actor, doc_id: int, by: int | None, now: datetime) -> list[int]:
    """Every pain of everybody heard comes in as feedback, once, linked back to the tour. Answers the new ones."""
    doc = docs.by_ids([doc_id]).get(doc_id)
    if doc is None or doc.template != TOUR or doc.archived:
        return []
    heard = [p for p in rows_of(doc, "people") if p.get("state") == "Heard"]
    sample = docs.one(actor=actor, doc_id=doc_id).sample
    wanted = [(p, t, external_id(doc_id, p["id"], t)) for p in heard for t in p.get("pains") or ()]
    known = feedback.of_source(SOURCE, [e for _, _, e in wanted])
    made = []
    for person, tag, id_ in wanted:
        if id_ in known:
            continue
        who = ", ".join(str(person[k]) for k in ("name", "role") if person.get(k))
        ask = intake.NewFeedback(
            SOURCE, person.get("words") or tag, id_, f"{tag.capitalize()} ({who})"[:300],
            received_at=_said_at(person, now), sample=sample,
            tags=(tag, "listening tour"), raw={"tour": f"DOC-{doc_id}", "who": who}, submitted_by=by,
        )  # fmt: skip
        got = intake.receive_feedback(actor=actor, ask=ask, now=now)
        if got.created:
            link(actor=actor, first=("feedback", got.id), second=("doc", doc_id), now=now)
            made.append(got.id)
    return made


def _said_at(person: Mapping[str, Any], now: datetime) -> datetime:
    """On the day of the talk, where that is in the past; else now."""
    said = person.get("on")
    day = date.fromisoformat(said) if said else today(now)
    return now if day >= today(now) else now.replace(year=day.year, month=day.month, day=day.day)
