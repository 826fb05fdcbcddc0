"""A prepared page in parts: words, blocks with what they say, places with what was written. Later slices use it too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from loopline.platform.blocks import registry
from loopline.platform.blocks.registry import Block, Shown
from loopline.platform.blocks.text import Mark, Words, parts, written
from loopline.platform.db.once import reading
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.slices.docs.company import filled_in
from loopline.slices.docs.models import Doc
from loopline.slices.docs.queries import template_of
from loopline.slices.docs.rules import MOST_MARKS
from loopline.slices.docs.templating import Check, Item, LineAction, Place, line_action

UNKNOWN = Block("unknown", "Not here", "", "doc.read", lambda *_: Shown())


@dataclass(frozen=True, slots=True)
class Ticked:
    """An item of a checklist: done, not done, or None where the check has nothing to measure yet."""

    item: Item
    done: bool | None
    by: str = ""
    at: str = ""
    note: str = ""
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of the page; which of the others is set says which kind."""

    words: str = ""
    block: Block | None = None
    shown: Shown | None = None
    query: str = ""
    place: Place | None = None
    value: Any = None
    items: Sequence[Ticked] = ()
    total: float | None = None
    action: LineAction | None = None


def page_parts(
    actor: Actor,
    doc: Doc,
    now: datetime,
    *,
    fill: Mapping[str, str] | None = None,
    quick: bool = False,
) -> list[Part]:
    """The page for this actor. Slow blocks come without what they say, to be fetched; frozen ones say what they said.

    With `quick` slow blocks only say that they come later, for a text that is being written.

    `fill` sets parameters of every block that takes them, say the team or the days of a ritual.
    """
    found: list[Part] = []
    shown: set[str] = set()
    for part in parts(doc.body)[: 2 * MOST_MARKS + 1]:  # words stand between marks
        if isinstance(part, Words):
            found.append(Part(words=filled_in(part.text)))
        elif part.name == "fill":
            if part.first not in shown:  # a place is written in once; a table twice is long to draw
                found.append(_place(actor, doc, part.first, now))
            shown.add(part.first)
        else:
            found.append(_block(actor, doc, part, now, fill or {}, quick))
    return found


def _params(mark: Mark, fill: Mapping[str, str]) -> dict[str, str]:
    known = registry.known().get(mark.name)
    taken = {p.name for p in known.params} if known else set()
    return {k: v for k, v in fill.items() if k in taken} | dict(mark.params)


def _block(
    actor: Actor, doc: Doc, mark: Mark, now: datetime, fill: Mapping[str, str], quick: bool
) -> Part:
    known = registry.known().get(mark.name)
    if known is None:
        return Part(block=UNKNOWN, shown=Shown(missing=f"There is no block called {mark.name}."))
    params = _params(mark, fill)
    kept = (doc.kept or {}).get(written(mark.name, mark.params))
    if kept:
        # frozen by somebody who may see it, read by anybody
        theirs = may(actor, known.read)
        return Part(block=known, shown=registry.thawed(kept) if theirs else registry.HIDDEN)
    query = f"?{urlencode(params)}" if params else ""
    if known.slow:
        later = Shown("It is drawn when the page is opened.") if quick else None
        return Part(block=known, shown=later, query=query)
    return Part(block=known, shown=registry.show(actor, mark.name, params, now), query=query)


def frozen(
    actor: Actor, doc: Doc, now: datetime, *, fill: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What every block says now, for services.keep_blocks; blocks the actor may not see are left out."""
    with reading():  # also where no page is being answered, a setting is read once
        return {
            written(part.name, part.params): registry.show(
                actor, part.name, _params(part, fill or {}), now
            ).kept()
            for part in parts(doc.body)
            if isinstance(part, Mark) and part.name != "fill" and _sees(actor, part.name)
        }


def _sees(actor: Actor, name: str) -> bool:
    known = registry.known().get(name)
    return known is not None and may(actor, known.read)


def place_part(actor: Actor, doc: Doc, key: str, now: datetime) -> Part:
    """One place alone, for the answer to writing in it."""
    return _place(actor, doc, key, now)


def _place(actor: Actor, doc: Doc, key: str, now: datetime) -> Part:
    made = template_of(doc)
    place = made.places.get(key) if made else None
    if place is None:
        return Part(
            block=UNKNOWN, shown=Shown(missing=f"This page has no place called {key} to write in.")
        )
    value = doc.data.get(key)
    if place.kind == "checklist":
        return Part(place=place, value=value, items=ticked(actor, place, value or {}, now))
    if place.kind == "table":
        numbers = [line.get(place.total) for line in value or ()] if place.total else []
        known = [n for n in numbers if n is not None]
        action = line_action(place.action)
        if action and not may(actor, action.permission):
            action = None
        return Part(place=place, value=value, total=sum(known) if known else None, action=action)
    return Part(place=place, value=value)


def ticked(actor: Actor, place: Place, done: Mapping[str, Any], now: datetime) -> list[Ticked]:
    """The items of a checklist as they stand; those with a check are read from the data."""
    found = []
    for item in place.items:
        if item.check:
            shown = registry.show(actor, item.check.block, item.check.params, now)
            found.append(Ticked(item, met(item.check, shown.value), shown=shown))
            continue
        tick = done.get(item.key)
        found.append(
            Ticked(item, True, tick["by"], tick["at"], tick.get("note", ""))
            if tick
            else Ticked(item, False)
        )
    return found


def met(check: Check, value: float | None) -> bool | None:
    """Whether a value passes; None where there is none."""
    if value is None:
        return None
    if check.at_least is not None and value < check.at_least:
        return False
    return check.at_most is None or value <= check.at_most


def progress(items: Sequence[Ticked]) -> tuple[int, int]:
    """(done, all)."""
    return sum(each.done is True for each in items), len(items)
