"""The learning library: what was tried here and what came of it, and the hours in which squads show each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.settings.options import today
from loopline.platform.ui.formats import num, written
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.queries import DocView
from loopline.slices.docs.services import NewDoc
from loopline.slices.docs.templating import template
from loopline.slices.playbook.plays.mapping import plays
from loopline.slices.playbook.standup.sheets import rows_of

PRACTICE, SHARE_OUT, NOTES = "practice", "share-out", "play-notes"
AGAIN = ("Still trying", "Kept", "Changed", "Given up")
TONES = {"Kept": "good", "Changed": "good", "Given up": "warn", "Still trying": "accent"}
QUARTER = 91


@dataclass(frozen=True, slots=True)
class Practice:
    """Something that was tried. `change` says what a number did; `play` is the number of the play it belongs to."""

    id: int
    title: str
    tried: str
    where: str
    on: date
    again: str
    came: str
    change: str
    play: int | None
    play_title: str
    owner: str
    sources: tuple[tuple[str, str], ...]

    @property
    def href(self) -> str:
        return f"/docs/{self.id}"

    @property
    def tone(self) -> str:
        return TONES.get(self.again, "")

    @property
    def decided(self) -> bool:
        return self.again in AGAIN[1:]


@dataclass(frozen=True, slots=True)
class ShareOut:
    """An hour held, or to come where `held` is None."""

    id: int
    title: str
    held: date | None
    people: int | None
    shown: int
    taken: int

    @property
    def href(self) -> str:
        return f"/docs/{self.id}"


def _day(raw: Any, other: datetime) -> date:
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        return today(other)


def _change(doc: DocView) -> str:
    """The first number before and after: Cycle time 11 d to 8 d."""
    for r in rows_of(doc, "measured"):
        before, after, unit = r.get("before"), r.get("after"), str(r.get("unit") or "")
        if before is not None and after is not None:
            name = f"{r['metric']} " if r.get("metric") else ""
            return f"{name}{written(before, unit)} to {written(after, unit)}"
    return ""


def practice_of(doc: DocView) -> Practice:
    play = plays().get(str(doc.data.get("play") or ""))
    said = doc.data
    sources = tuple(
        (str(r.get("title") or r.get("link") or ""), str(r.get("link") or ""))
        for r in rows_of(doc, "sources")
    )
    return Practice(
        doc.id, doc.title, str(said.get("tried") or ""), str(said.get("where") or ""),
        _day(said.get("until") or said.get("from"), doc.created_at), str(said.get("again") or AGAIN[0]),
        str(said.get("came") or ""), _change(doc), play.number if play else None, play.title if play else "",
        doc.owner, sources,
    )  # fmt: skip


def practices(*, play: str = "") -> list[Practice]:
    """What was tried, the newest first; of one play by its slug."""
    found = [d for d in docs.of_template(PRACTICE) if not play or d.data.get("play") == play]
    return sorted((practice_of(d) for d in found), key=lambda p: (p.on, p.id), reverse=True)


def share_outs() -> list[ShareOut]:
    """The newest first."""
    out = []
    for d in docs.of_template(SHARE_OUT):
        shown = rows_of(d, "shown")
        raw, people = d.data.get("held"), d.data.get("people")
        held = _day(raw, d.created_at) if raw else None
        taken = sum(r.get("verdict") == "Take it over" for r in shown)
        out.append(
            ShareOut(d.id, d.title, held, int(people) if people is not None else None, len(shown), taken)
        )  # fmt: skip
    return sorted(out, key=lambda s: (s.held or date.max, s.id), reverse=True)


def share_out_due(found: Iterable[ShareOut], on: date) -> date | None:
    """The day by which the next quarterly share-out should be held; None where none was held yet."""
    held = [s.held for s in found if s.held and s.held <= on]
    return max(held) + timedelta(days=QUARTER) if held else None


def finding(found: list[Practice]) -> str:
    """One sentence over the library."""
    if not found:
        return ""
    kept = sum(p.again in ("Kept", "Changed") for p in found)
    dropped = sum(p.again == "Given up" for p in found)
    trying = len(found) - kept - dropped
    text = f"{num(len(found))} tried: {num(kept)} kept"
    text += f", {num(dropped)} given up" if dropped else ""
    return f"{text}, {num(trying)} still being tried" if trying else text


@transaction.atomic
def add_practice(
    *, actor: Actor, title: str, tried: str = "", where: str = "", again: str = "", play: str = "",
    now: datetime, sample: bool = False, more: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """Write down something that was tried. Answers the page's id. Raises Invalid."""
    allow(actor, "library.write")
    if not title.strip() or len(title.strip()) > 200:
        raise Invalid(title="Say what was tried, in 1 to 200 characters.")
    if again and again not in AGAIN:
        raise Invalid(again=f"Choose one of {', '.join(AGAIN)}.")
    if play and play not in plays():
        raise Invalid(play="There is no such play.")
    for name, text in (("tried", tried), ("where", where)):
        if len(text) > 2000:
            raise Invalid(**{name: "At most 2,000 characters."})
    data = {
        "play": play, "tried": tried.strip(), "where": where.strip(), "again": again or AGAIN[0],
        "from": today(now).isoformat(), **(more or {}),
    }  # fmt: skip
    new = NewDoc(title, PRACTICE, data={k: v for k, v in data.items() if v})
    return writing.create_doc(actor=actor, new=new, now=now, sample=sample)


@transaction.atomic
def prepare_share_out(*, actor: Actor, now: datetime) -> int:
    """A page for the next share-out with what was tried in the quarter on it. Answers its id."""
    allow(actor, "library.write")
    since = today(now) - timedelta(days=QUARTER)
    made = template(SHARE_OUT)
    lines = [
        {"id": f"p{p.id}", "practice": p.title, "by": p.owner, "verdict": None, "next": None}
        for p in practices()
        if p.on >= since
    ]
    name = f"Share-out of {today(now):%B %Y}"
    new = NewDoc(name if made else "", SHARE_OUT, data={"shown": lines} if lines else {})
    return writing.create_doc(actor=actor, new=new, now=now)


def notes_of(slug: str) -> DocView | None:
    """The page of notes on a play; one for all."""
    return next((d for d in docs.of_template(NOTES) if d.data.get("play") == slug), None)


@transaction.atomic
def write_notes(
    *, actor: Actor, slug: str, text: str, was: str | None = None, now: datetime
) -> int:
    """Notes on a play; its page is made with the first words.

    Raises Invalid, and Stale where somebody wrote meanwhile.
    """
    allow(actor, "library.write")
    play = plays()[slug]
    found = notes_of(slug)
    if found is None:
        if not text.strip():
            raise Invalid(notes="Write something first.")
        new = NewDoc(f"Notes on play {play.number}: {play.title}", NOTES, data={"play": slug})
        doc = writing.create_doc(actor=actor, new=new, now=now)
        writing.fill(actor=actor, doc_id=doc, key="notes", value=text, now=now)
        return doc
    writing.fill(actor=actor, doc_id=found.id, key="notes", value=text, was=was, now=now)
    return found.id
