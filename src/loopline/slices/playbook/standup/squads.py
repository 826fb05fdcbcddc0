"""The first squads: what each runs on, making it in one go, copying it to the next, and writing it out."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.text import slugify

from loopline.core.problems import Conflict, Missing
from loopline.platform.db.once import once
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.identity.queries import teams
from loopline.platform.settings.options import today
from loopline.platform.squads import registry
from loopline.platform.squads.registry import Made, Part, Sheet
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.queries import DocView
from loopline.slices.docs.services import NewDoc
from loopline.slices.docs.templating import template
from loopline.slices.playbook.standup import pulse
from loopline.slices.playbook.standup.sheets import SETUP, as_markdown

# template, what it is called on the page, what it gives, its place in the order
PAGES = (
    ("squad-intake", "One intake", "A page with the one address for asks, and who answers them", 30),
    ("release-checklist", "Release checklist", "Ten lines before something goes out", 40),
    ("squad-metrics", "Numbers", "The few numbers the squad looks at, live", 50),
    ("working-agreement", "How we work", "Ready, done and who decides, on half a page", 60),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Has:
    """A part of the set-up and what the squad has of it."""

    part: Part
    made: Sequence[Made]


@dataclass(frozen=True, slots=True)
class Squad:
    """A team with its set-up; `setup` None where it was never set up. `day` counts from 1."""

    id: int
    name: str
    setup: DocView | None
    parts: tuple[Has, ...]
    day: int | None

    @property
    def there(self) -> int:
        return sum(bool(p.made) for p in self.parts)

    @property
    def complete(self) -> bool:
        return self.there == len(self.parts)


def began(setup: DocView) -> date:
    said = setup.data.get("starts")
    return date.fromisoformat(said) if said else today(setup.created_at)


def squads(*, actor: Actor, now: datetime) -> list[Squad]:
    """Every team with what it has, those set up first in their order. A fixed number of queries."""
    allow(actor, "rollout.read")
    named = teams()
    ids = [i for i, _ in named]
    setups = setups_by_team()
    found = [(p, p.of(ids)) for p in registry.parts()] if ids else []
    out = []
    for team, name in named:
        setup = setups.get(team)
        day = (today(now) - began(setup)).days + 1 if setup else None
        parts = tuple(Has(p, made.get(team, ())) for p, made in found)
        out.append(Squad(team, name, setup, parts, day))
    return sorted(
        out, key=lambda s: (s.setup is None, s.setup.created_at if s.setup else now, s.name)
    )


def squad(*, actor: Actor, team_id: int, now: datetime) -> Squad:
    """Raises Missing."""
    found = next((s for s in squads(actor=actor, now=now) if s.id == team_id), None)
    if found is None:
        raise Missing("team")
    return found


@once
def setups_by_team() -> dict[int, DocView]:
    """Team -> its set-up; one query."""
    return {d.team_id: d for d in reversed(docs.of_template(SETUP)) if d.team_id}


def _name(team_id: int) -> str:
    name = dict(teams()).get(team_id)
    if name is None:
        raise Missing("team")
    return name


@transaction.atomic
def set_up(
    *, actor: Actor, team_id: int, why: str = "", starts: date | None = None, now: datetime, sample: bool = False
) -> int:  # fmt: skip
    """Give a team its minimum in one go; what is there already stays as it is. Answers the set-up's id."""
    allow(actor, "rollout.change")
    name, there = _name(team_id), setups_by_team().get(team_id)
    if there is None:
        data = {"starts": (starts or today(now)).isoformat()} | (
            {"why": why.strip()[:2000]} if why.strip() else {}
        )
        new = NewDoc(f"Set-up of {name}", SETUP, data=data, team_id=team_id)
        made = writing.create_doc(actor=actor, new=new, now=now, sample=sample)
    else:
        made = there.id
    for part in registry.parts():
        part.make(actor, team_id, now)
    return made


@transaction.atomic
def copy(*, actor: Actor, source: int, target: int, now: datetime) -> int:
    """Set another team up as this one is. Words the first team wrote come along; ticks, names, days and results do not.

    Raises Conflict while nobody has read what the first team says about it, and where the other is set up already.
    """
    allow(actor, "rollout.change")
    setups, name, _ = setups_by_team(), _name(target), _name(source)
    if source not in setups:
        raise Conflict("This squad is not set up itself yet.")
    if target in setups:
        raise Conflict(f"{name} is set up already.")
    held = pulse.why_not(setups[source], now)
    if held:
        raise Conflict(held)
    data = {"starts": today(now).isoformat(), "why": f"Copied from {_name(source)}"}
    new = NewDoc(f"Set-up of {name}", SETUP, data=data, team_id=target)
    made = writing.create_doc(actor=actor, new=new, now=now)
    for part in registry.parts():
        part.copy(actor, source, target, now)
    return made


def page_part(key: str, label: str, about: str, order: int) -> Part:
    """A part that is one prepared page of the team."""

    def many(ids: Sequence[int]) -> Mapping[int, Sequence[Made]]:
        out: dict[int, list[Made]] = {}
        for d in reversed(docs.of_template(key)):
            if d.team_id and d.team_id in ids:
                out.setdefault(d.team_id, []).append(Made(d.title, f"/docs/{d.id}"))
        return out

    def make(actor: Actor, team_id: int, now: datetime) -> None:
        if not docs.of_template(key, team_id=team_id):
            found = template(key)
            _page(actor, key, found.body if found else "", {}, team_id, now)

    def copied(actor: Actor, source: int, target: int, now: datetime) -> None:
        first = next(iter(docs.of_template(key, team_id=source)), None)
        if first is None or docs.of_template(key, team_id=target):
            return
        body = _for(docs.one(actor=actor, doc_id=first.id).body, source, target)
        found = template(key)
        texts = {p.key for p in found.places.values() if p.kind == "text"} if found else set()
        kept = {k: _for(v, source, target) for k, v in first.data.items() if k in texts and v}
        _page(actor, key, body, kept, target, now)

    def sheets(actor: Actor, team_id: int) -> Sequence[Sheet]:
        found = docs.of_template(key, team_id=team_id)
        return [
            Sheet(slugify(d.title) or key, as_markdown(d, docs.one(actor=actor, doc_id=d.id).body))
            for d in found
        ]

    def made(team_id: int) -> Sequence[Made]:
        return many([team_id]).get(team_id, ())

    return Part(key, label, about, order, made, make, copied, sheets, many)


def _page(
    actor: Actor, key: str, body: str, data: Mapping[str, str], team_id: int, now: datetime
) -> None:
    name, made = _name(team_id), template(key)
    filled = (
        body.replace("[team]", name).replace("[tag]", slugify(name)).replace("[id]", str(team_id))
    )
    setup = setups_by_team().get(team_id)
    title = f"{made.title if made else key}: {name}"
    new = NewDoc(title, key, filled, data, team_id=team_id, parent_id=setup.id if setup else None)
    writing.create_doc(actor=actor, new=new, now=now)


def _for(text: str, source: int, target: int) -> str:
    """A page's words with the other team's name, tag and number in place of the first's."""
    old, new = _name(source), _name(target)
    text = re.sub(rf"\bteam={source}\b", f"team={target}", text)
    text = re.sub(rf"tags={re.escape(slugify(old))}\b", f"tags={slugify(new)}", text)
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, text)


def sheets(*, actor: Actor, team_id: int, now: datetime) -> list[Sheet]:
    """The squad's own playbook, page by page; the first says what it is."""
    found = squad(actor=actor, team_id=team_id, now=now)
    if found.setup is None:
        raise Missing("set-up of this team")
    lines = [f"# How {found.name} works", ""]
    lines += [f"Set up on {began(found.setup):%-d %B %Y}."]
    lines += [str(found.setup.data[k]) for k in ("why", "stop") if found.setup.data.get(k)]
    lines += ["", *(f"- {h.part.label}: {h.part.about.lower()}" for h in found.parts if h.made), ""]
    first = Sheet("readme", "\n".join(lines))
    return [first, *(s for h in found.parts if h.made for s in h.part.sheets(actor, team_id))]


def as_text(pages: Sequence[Sheet]) -> str:
    """The playbook as one text."""
    return "\n---\n\n".join(s.text for s in pages)


def as_zip(pages: Sequence[Sheet]) -> bytes:
    """The playbook as a folder of pages."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for n, sheet in enumerate(pages):
            packed.writestr(f"{n:02d}-{sheet.name[:80]}.md", sheet.text)
    return buffer.getvalue()


def register() -> None:
    """Put this slice's parts where every set-up finds them."""
    for key, label, about, order in PAGES:
        registry.part(page_part(key, label, about, order))
