"""What every detail page shows beside its own content: the line, comments, links, history, following."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as django_render

from loopline.platform.audit.queries import Entry, history
from loopline.platform.cards.registry import Card, cards, references
from loopline.platform.discuss import queries as discuss
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.links.services import linked
from loopline.platform.thread.marks import Line
from loopline.platform.thread.queries import lines
from loopline.platform.thread.registry import has_line
from loopline.platform.ui.formats import day
from loopline.platform.ui.line import STATIONS, Mark
from loopline.platform.ui.pages import frame, now_in
from loopline.platform.ui.panels import panels


@dataclass(frozen=True, slots=True)
class Author:
    name: str
    initials: str


@dataclass(frozen=True, slots=True)
class CommentRow:
    id: int
    author: Author
    at: datetime
    text: str
    edited: bool
    delete_url: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    title: str
    href: str
    kind: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class LogRow:
    at: datetime
    who: str
    text: str


Say = Callable[[Entry], str]
_SAY: dict[str, Say] = {}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SLUG = re.compile(r"[a-z]+(_[a-z]+)+")


def say(action: str, sentence: Say) -> None:
    """Register how one audited action reads in a history; others read from their name and fields."""
    _SAY[action] = sentence


def _short(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    text = "nothing" if value in (None, "") else str(value)
    if _DAY.fullmatch(text):
        with suppress(ValueError):
            return f"{date.fromisoformat(text):%-d %b %Y}"
    if _SLUG.fullmatch(text):
        return text.replace("_", " ")
    return f"{text[:60]}…" if len(text) > 60 else text


def _moved(name: str, before: Any, after: Any) -> str:
    said = name.removesuffix("_id").replace("_", " ")
    if before in (None, "", []):
        return f"{said} {_short(after)}"
    return f"{said} from {_short(before)} to {_short(after)}"


def sentence(entry: Entry) -> str:
    """What happened, in words: the registered sentence, else the verb and what changed."""
    if entry.action in _SAY:
        return _SAY[entry.action](entry)
    verb = entry.action.partition(".")[2].replace("_", " ")
    known = {
        k: v for k, v in entry.before.items() if not k.endswith(("_at", "position", "_digest"))
    }
    if not known or set(known) == {"state"} or any(len(str(v)) > 200 for v in known.values()):
        return verb
    changed = [_moved(k, v, entry.after.get(k)) for k, v in list(known.items())[:3]]
    return f"{verb}: {'; '.join(changed)}"


def line_marks(line: Line, now: datetime, hrefs: Mapping[int, str] | None = None) -> list[Mark]:
    """The line as line_m draws it, with counts and first and last dates below the names."""
    marks = []
    for i, (mark, state) in enumerate(zip(line.marks, line.states, strict=True)):
        first, last = (day(t, now=now) if t else "" for t in (mark.first, mark.last))
        when = f"{first} – {last}" if first and last and first != last else first or last
        label = mark.note or (str(mark.count) if mark.count else "")
        if state == "stalled" and line.stalled_days is not None:
            when = f"stalled {line.stalled_days} d"
        marks.append(
            Mark(
                STATIONS[i],
                state,
                mark.share,
                mark.count,
                mark.last,
                label,
                when,
                (hrefs or {}).get(i, ""),
            )
        )
    return marks


def resolver(actor: Actor, texts: list[str]) -> Callable[[str], str | None]:
    """Addresses of the objects that texts name by key, in one go, for markdown to link."""
    refs = [r for t in texts for r in references(t)]
    known: dict[str, Card] = {c.key: c for c in cards(actor=actor, refs=refs).values()}
    return lambda key: known[key].url if key in known else None


def comment_rows(actor: Actor, object_type: str, object_id: int) -> list[CommentRow]:
    said = discuss.comments(actor=actor, object_type=object_type, object_id=object_id)
    return [
        CommentRow(
            c.id,
            Author(c.author, c.initials),
            c.at,
            c.text,
            c.edited,
            f"/comments/{c.id}/remove" if c.mine or may(actor, "people.change") else "",
        )
        for c in said
    ]


def object_context(
    request: HttpRequest, actor: Actor, object_type: str, object_id: int, line: Line | None = None
) -> dict[str, Any]:
    """`comment_items, comment_url, link_items, link_url, follow_url, following, log_items, marks, thread_url`."""
    base = f"/{object_type}/{object_id}"
    talk = comment_rows(actor, object_type, object_id)
    return {
        "object_type": object_type,
        "object_id": object_id,
        "comment_items": talk,
        "comment_url": f"/comments{base}",
        "can_comment": may(actor, "comment.write"),
        "resolve": resolver(actor, [c.text for c in talk]),
        "link_items": [
            LinkRow(x.card.title, x.card.url, f"{x.relation} {x.card.key}", f"/links/{x.id}/remove")
            for x in linked(actor=actor, object_type=object_type, object_id=object_id)
        ],
        "link_url": f"/links{base}" if may(actor, "link.change") else "",
        "link_src": "/find",
        "follow_url": f"/follow{base}",
        "following": actor.user_id in discuss.followers(object_type, object_id),
        "log_items": [
            LogRow(e.at, e.actor_name, sentence(e)) for e in history(object_type, object_id, 30)
        ],
        "marks": line_marks(line, now_in(request)) if line else [],
        "thread_url": f"/line{base}",
    }


def object_page(
    request: HttpRequest,
    actor: Actor,
    card: Card,
    template: str,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A detail page: the slice's own context, what every object has, and the panels of other slices.

    Templates extend object.html; `card` names the object, `version` of the context guards inline edits.
    """
    now = now_in(request)
    line = lines(card.type, [card.id], now=now)[card.id] if has_line(card.type) else None
    base = {**frame(request), **object_context(request, actor, card.type, card.id, line)}
    base |= {"card": card, "title": card.title, "line": line}
    base |= dict(context or {})
    base["panels"] = panels(request, actor, card.type, card.id, base)
    return django_render(request, template, base, using="jinja2")
