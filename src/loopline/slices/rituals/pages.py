"""What the pages show: a session's prepared page by its agenda, two weeks of sessions, a week of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import today, zone
from loopline.slices.actions import queries as actions
from loopline.slices.decisions import queries as decisions
from loopline.slices.docs import queries as docs
from loopline.slices.docs.pages import Part, page_parts
from loopline.slices.rituals import queries, rules, settling, wording
from loopline.slices.rituals.models import Session, Week
from loopline.slices.rituals.rules.agenda import cut
from loopline.slices.rituals.services.weeks import hats_of

WEEK = timedelta(days=7)


@dataclass(slots=True)
class Section:
    """One item of the agenda with what stands below it; the first may have no heading."""

    anchor: str
    item: rules.Item | None
    parts: list[Part] = field(default_factory=list)


def sections(parts: Sequence[Part]) -> list[Section]:
    """The page's parts by the headings that name minutes."""
    out = [Section("before", None)]
    for part in parts:
        if not part.words:
            out[-1].parts.append(part)
            continue
        for place, (item, words) in enumerate(cut(part.words)):
            if item is not None:
                out.append(Section(f"item-{len(out)}", item))
            elif place:
                continue
            if words:
                out[-1].parts.append(replace(part, words=words))
    return [s for s in out if s.item or s.parts]


def page_of(actor: Actor, s: Session, now: datetime) -> tuple[Any, list[Section]]:
    """The session's prepared page; none where it has no template or the actor may not read docs."""
    if not s.doc_id or not may(actor, "doc.read"):
        return None, []
    doc = docs.rows().filter(pk=s.doc_id).first()
    if doc is None:
        return None, []
    fill = settling.fill_of(s, queries.before(s))
    return doc, sections(page_parts(actor, doc, now, fill=fill))


def elapsed(s: Session, now: datetime) -> int:
    """Whole minutes since the start; 0 before."""
    if s.started_at is None:
        return 0
    return max(int(((s.stopped_at or now) - s.started_at).total_seconds() // 60), 0)


def captured(actor: Actor, s: Session, now: datetime) -> dict[str, Any]:
    """What came of it so far, and what earlier ones left."""
    own, carried = wording.to_do(s) if may(actor, "action.read") else ([], [])
    made = wording.decided(s) if may(actor, "decision.read") else []
    return {
        "s": s, "decided": made, "to_do": own, "carried": carried, "on_day": today(now),
        "carried_done": sum(not a.is_open for a in carried), "runs": may(actor, "ritual.run"),
        "decides": may(actor, "decision.change"), "begun": s.started_at is not None or s.state == "held",
    }  # fmt: skip


def worth(actor: Actor, s: Session) -> dict[str, Any]:
    """How it was rated, once it is over and enough did; whether the actor has."""
    seat = s.seats.filter(user=actor.user_id or 0).first()
    earlier = [
        m
        for each in queries.of_ritual(s.ritual_id, 12)
        if each.state == "held"
        and each.pk != s.pk
        and (m := queries.shown_median(each)) is not None
    ]
    return {
        "s": s, "worth": rules.WORTH, "rated": bool(seat and seat.rated), "ratings": len(queries.given(s)),
        "median": queries.shown_median(s) if s.state == "held" else None, "earlier": earlier[:6],
        "runs": may(actor, "ritual.run") and actor.user_id is not None,
        "begun": s.started_at is not None or s.state == "held",
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    is_today: bool
    over: bool
    sessions: Sequence[Session]


def fortnight(now: datetime) -> list[list[Day]]:
    """This week and the next, each day with its sessions."""
    on = today(now)
    monday = on - timedelta(days=on.weekday())
    start = datetime.combine(monday, time(), zone())
    end = datetime.combine(monday + 2 * WEEK, time(), zone())
    by: dict[date, list[Session]] = {}
    for s in queries.between(start, end):
        by.setdefault(s.at.astimezone(zone()).date(), []).append(s)
    days = [monday + timedelta(days=n) for n in range(14)]
    made = [Day(d, d == on, d < on, by.get(d, [])) for d in days]
    return [made[:7], made[7:]]


@dataclass(frozen=True, slots=True)
class Slot:
    """Something in a day of one's week: a block, or a session."""

    at: str
    minutes: int
    title: str
    note: str
    href: str = ""
    block_id: str = ""
    hat: str = ""


@dataclass(frozen=True, slots=True)
class Went:
    """Hours of a hat: set aside, and really spent in sessions; None where nothing was measured."""

    hat: str
    set_aside: float
    in_sessions: float | None


def _day_of(s: Session) -> int:
    return s.at.astimezone(zone()).weekday()


def week_slots(found: Week | None, sessions: Sequence[Session]) -> list[list[Slot]]:
    """Seven days, each in order of time."""
    out: list[list[Slot]] = [[] for _ in range(7)]
    for b in found.blocks if found else ():
        out[b["day"]].append(
            Slot(b["at"], b["minutes"], b["hat"].capitalize(), b.get("note", ""), block_id=b["id"], hat=b["hat"])
        )  # fmt: skip
    for s in sessions:
        said = "skipped" if s.state == "skipped" else "read" if s.ritual.reads else ""
        out[_day_of(s)].append(
            Slot(
                f"{s.at.astimezone(zone()):%H:%M}", s.minutes, s.ritual.name, said,
                f"/rituals/sessions/{s.pk}", hat=rules.HAT_OF.get(s.ritual.template, ""),
            )
        )  # fmt: skip
    return [sorted(day, key=lambda x: x.at) for day in out]


def went(hats: Sequence[str], found: Week | None, held: Sequence[Session]) -> list[Went]:
    """Where the week went, by hat; sessions that belong to none come last as "other sessions"."""
    aside = dict.fromkeys(hats, 0.0)
    for b in found.blocks if found else ():
        aside[b["hat"]] = aside.get(b["hat"], 0.0) + b["minutes"] / 60
    spent: dict[str, float] = {}
    for s in held:
        hat = rules.HAT_OF.get(s.ritual.template, "")
        hat = hat if hat in aside else "other sessions"
        spent[hat] = spent.get(hat, 0.0) + (wording.took(s) or s.minutes) / 60
    names = [*aside, *(h for h in spent if h not in aside)]
    return [Went(h, aside.get(h, 0.0), spent.get(h)) for h in names]


def my_week(actor: Actor, monday: date, now: datetime) -> dict[str, Any]:
    """One person's week: hats, blocks, sessions, and what it went to."""
    user_id = actor.user_id or 0
    start = datetime.combine(monday, time(), zone())
    end = datetime.combine(monday + WEEK, time(), zone())
    found = queries.week(user_id, monday)
    sessions = queries.between(start, end, user_id=user_id)
    held = queries.attended(user_id, start, end)
    hats = hats_of(user_id, monday)
    last = queries.week(user_id, monday - WEEK)
    done = actions.done_by(user_id, start, end) if may(actor, "action.read") else None
    made = decisions.decided_by(user_id, start, end) if may(actor, "decision.read") else None
    slots = enumerate(week_slots(found, sessions))
    return {
        "hats": hats, "days": [(monday + timedelta(days=n), each) for n, each in slots],
        "went": went(hats, found, held), "held": held, "actions_done": done, "decisions_made": made,
        "can_copy": bool(last and last.blocks), "blocks": found.blocks if found else [], "on_day": today(now),
        "hours_held": sum((wording.took(s) or s.minutes) for s in held) / 60,
    }  # fmt: skip
