"""What the mails of a session say: the pre-read before, the summary after."""

from collections.abc import Sequence
from datetime import datetime

from loopline.platform.blocks.registry import Shown, known, thawed
from loopline.platform.blocks.text import Mark, parts, written
from loopline.platform.settings.options import zone
from loopline.platform.ui.formats import day, dur, plural
from loopline.slices.actions import queries as actions
from loopline.slices.decisions import queries as decisions
from loopline.slices.docs import queries as docs
from loopline.slices.rituals.models import Session
from loopline.slices.rituals.queries import SESSION, next_of

MOST_ROWS = 8


def moment(at: datetime) -> str:
    """Fri 27 Nov, 10:00"""
    here = at.astimezone(zone())
    return f"{here:%a} {here.day} {here:%b}, {here:%H:%M}"


def _shown(shown: Shown, title: str) -> list[str]:
    if shown.missing:
        return [f"{title}: {shown.missing}"]
    lines = [f"{title}: {shown.sentence}".rstrip(": ")]
    return lines + [f"  - {', '.join(c for c in r.cells if c)}" for r in shown.rows[:MOST_ROWS]]


def preread(s: Session) -> tuple[str, str]:
    """(subject, text) of what people read before a session: its page as it was frozen."""
    doc = docs.rows().filter(pk=s.doc_id or 0).first()
    lines = [f"{s.ritual.name}, {moment(s.at)}, {s.minutes} minutes.", ""]
    titles = {name: b.title for name, b in known().items()}
    for part in parts(doc.body if doc else ""):
        if not isinstance(part, Mark):
            lines += [part.text.replace("## ", ""), ""]
            continue
        kept = ((doc.kept if doc else None) or {}).get(written(part.name, part.params))
        if kept:
            lines += [*_shown(thawed(kept), titles.get(part.name, part.name)), ""]
    return f"Before {s.ritual.name} on {moment(s.at)}", "\n".join(lines)


def decided(s: Session) -> Sequence[decisions.DecisionView]:
    """What was decided in it, in order."""
    return decisions.about([(SESSION, s.pk)])[::-1]


def to_do(s: Session) -> tuple[list[actions.ActionView], list[actions.ActionView]]:
    """(what came of it, what was carried over from before)."""
    found = actions.of_source(SESSION, s.pk)
    own = [a for a in found if a.source == (SESSION, s.pk)]
    return own, [a for a in found if a.source != (SESSION, s.pk)]


def took(s: Session) -> int | None:
    """Minutes from start to stop, None where it was not started here."""
    if s.started_at is None or s.stopped_at is None:
        return None
    return max(round((s.stopped_at - s.started_at).total_seconds() / 60), 1)


def overran(s: Session) -> str:
    """12 min over, 5 min early, on time; empty where it was not measured."""
    minutes = took(s)
    if minutes is None:
        return ""
    over = minutes - s.minutes
    if not over:
        return "on time"
    return f"{dur(abs(over) * 60)} {'over' if over > 0 else 'early'}"


def summary(s: Session, *, now: datetime) -> tuple[str, str]:
    """(subject, text) of what a session came to: decided, who does what by when, what is carried over, when next."""
    made, carried = decided(s), to_do(s)
    minutes = took(s)
    length = f" took {minutes} minutes, {overran(s)}." if minutes else "."
    lines = [f"{s.ritual.name} on {moment(s.at)}{length}"]
    if made:
        lines += ["", "Decided"]
        lines += [f"  - {d.chosen or d.question} ({d.key}). {d.rationale}".rstrip() for d in made]
    for title, found in (("Who does what", carried[0]), ("Still open from before", carried[1])):
        open_ones = [a for a in found if a.is_open]
        if open_ones:
            lines += ["", title]
            lines += [
                f"  - {a.owner or 'Nobody'}, by {day(a.due, now=now)}: {a.text}"
                + (f" (first due {day(a.original_due, now=now)})" if a.moves else "")
                for a in open_ones
            ]
    if not made and not carried[0]:
        lines += ["", "Nothing was decided and nobody left with something to do."]
    coming = next_of(s.ritual_id, after=s.at)
    if coming:
        lines += ["", f"Next: {moment(coming.at)}."]
    counted = f"{plural(len(made), 'decision')}, {plural(len(carried[0]), 'action item')}"
    return f"{s.ritual.name}: {counted}", "\n".join(lines)
