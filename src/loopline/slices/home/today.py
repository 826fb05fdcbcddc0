"""What needs one person now, and what moved this week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from loopline.platform.cards.registry import Card, cards
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.notify.services import for_actor
from loopline.platform.settings.options import today
from loopline.platform.thread.marks import STATIONS, Line
from loopline.platform.thread.queries import lines, recently_moved
from loopline.platform.ui.formats import day, num, plural
from loopline.slices.actions import queries as actions
from loopline.slices.decisions import queries as decisions
from loopline.slices.feedback import queries as feedback
from loopline.slices.releases import queries as releases
from loopline.slices.told import queries as told


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for this person: its station, words, where to go, and a tag with its tone."""

    station: int
    title: str
    href: str
    note: str
    tag: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Todo:
    """One action item of this person, where it came from, and whether its day is over or today."""

    action: actions.ActionView
    source: str
    late: bool
    due_today: bool


@dataclass(frozen=True, slots=True)
class Moved:
    card: Card
    line: Line
    said: str
    at: datetime


def _triage(actor: Actor, now: datetime) -> list[Need]:
    if not may(actor, "feedback.triage"):
        return []
    waiting = feedback.inbox_rows(now=now)
    n = waiting.count()
    if not n:
        return []
    late = waiting.filter(due_at__lt=now).count()
    note = f"{num(late)} past the target" if late else "All within the target"
    return [
        Need(
            1,
            f"{plural(n, 'item')} to triage",
            "/inbox",
            note,
            f"{num(late)} late" if late else "",
            "warn" if late else "",
        )
    ]


def _mentions(actor: Actor) -> list[Need]:
    unread = for_actor(actor=actor, unread=True, limit=40)
    told_me = [n for n in unread if n.kind != "action"][:6]  # those stand under Your actions
    return [
        Need(7 if n.kind == "follow_up" else 2, n.text, n.url, "for you", "New", "accent")
        for n in told_me
    ]


def _approvals(actor: Actor) -> list[Need]:
    if not may(actor, "follow_up.change"):
        return []
    known = releases.by_ids([r for r, _, _ in told.to_approve()])
    out = []
    for release, subject, n in told.to_approve():
        found = known.get(release)
        href = f"/follow-ups?state=draft&release={release}" if found else "/follow-ups?state=draft"
        note = (
            f"{found.version} shipped {'' if not found.title else found.title}".strip()
            if found
            else subject
        )
        out.append(Need(7, f"{plural(n, 'follow-up')} to approve", href, note))
    return out


def _decisions(actor: Actor, now: datetime) -> list[Need]:
    if not may(actor, "decision.change"):
        return []
    due = decisions.to_revisit(on=today(now) + timedelta(days=1))
    return [
        Need(3, f"Look again: {d.chosen or d.question}", f"/decisions/{d.id}",
             f"You asked to look again on {day(d.revisit_on, now=now)}",
             "Due" if d.revisit_on and d.revisit_on <= today(now) else "Tomorrow", "warn")
        for d in due[:4]
    ]  # fmt: skip


def _releases(now: datetime) -> list[Need]:
    out = []
    for r in releases.coming(3):
        if r.target_on is None or (r.target_on - today(now)).days > 10:
            continue
        late = r.target_on < today(now)
        out.append(
            Need(5, f"Release {r.version} {r.title}".strip(), f"/releases/{r.id}",
                 f"target {day(r.target_on, now=now)}", "Late" if late else "", "warn" if late else "")
        )  # fmt: skip
    return out


def needs(*, actor: Actor, now: datetime) -> list[Need]:
    """Everything that waits for this person, most pressing first."""
    return [
        *_mentions(actor), *_triage(actor, now), *_approvals(actor), *_decisions(actor, now), *_releases(now)
    ][:12]  # fmt: skip


def own_actions(*, actor: Actor, now: datetime, limit: int = 8) -> tuple[list[Todo], int]:
    """What this person has still to do, overdue first, and how many there are in all."""
    if actor.user_id is None or not may(actor, "action.read"):
        return [], 0
    mine, on = actions.open_for(actor.user_id), today(now)
    refs = [a.source for a in mine[:limit] if a.source]
    known = cards(actor=actor, refs=refs)
    said = [
        Todo(a, known[a.source].title if a.source in known else "", a.due < on, a.due == on)
        for a in mine[:limit]
    ]
    return said, len(mine)


def _said(line: Line) -> str:
    far = line.furthest
    if not far:
        return ""
    name, mark = STATIONS[far - 1].capitalize(), line.marks[far - 1]
    if line.stalled_days is not None:
        return f"No movement for {line.stalled_days} days at {name.lower()}"
    if line.closed:
        return "Everybody who asked was told"
    return f"{name}: {mark.note}" if mark.note else name


def moved(*, actor: Actor, now: datetime, limit: int = 8) -> list[Moved]:
    """Opportunities whose line moved within a week, newest first."""
    if not may(actor, "opportunity.read"):
        return []
    found = recently_moved(object_type="opportunity", since=now - timedelta(days=7), limit=limit)
    ids = [i for i, _ in found]
    at = dict(found)
    known = cards(actor=actor, refs=[("opportunity", i) for i in ids])
    drawn = lines("opportunity", ids, now=now)
    return [
        Moved(known["opportunity", i], drawn[i], _said(drawn[i]), at[i])
        for i in ids if ("opportunity", i) in known and not known["opportunity", i].archived
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    done: bool
    title: str
    text: str
    href: str
    action: str


def checklist(*, counts: dict[str, int]) -> Sequence[Step]:
    """The first day: what is done is noticed, nothing needs ticking."""
    steps = [
        (
            "feedback",
            "Bring in what customers said",
            "Write one down, or import a file of them.",
            "/feedback/new",
            "Write one down",
        ),
        (
            "asks",
            "Understand: link an ask to a problem",
            "In the inbox, select their words and press L.",
            "/inbox",
            "Open the inbox",
        ),
        (
            "bets",
            "Decide: place a bet and commit to it",
            "A hypothesis, a number that should move, a target.",
            "/bets/new",
            "Place a bet",
        ),
        (
            "work",
            "Build: see the work arrive",
            "Connect GitHub, or write work down.",
            "/connect/github",
            "Connect GitHub",
        ),
        (
            "shipped",
            "Ship a release",
            "Tie the work to it, write the notes, ship.",
            "/releases/new",
            "Plan a release",
        ),
        (
            "told",
            "Tell those who asked",
            "Approve the drafts that shipping made.",
            "/follow-ups?state=draft",
            "See the drafts",
        ),
    ]
    return [
        Step(counts.get(key, 0) > 0, title, text, href, action)
        for key, title, text, href, action in steps
    ]
