"""What the palette shows: things to do, pages to go to, objects, and what customers said."""

from dataclasses import dataclass
from datetime import datetime

from loopline.platform.identity.actor import Actor
from loopline.platform.search.queries import Hit, search
from loopline.platform.search.sources import elsewhere
from loopline.platform.thread.queries import lines
from loopline.platform.thread.registry import has_line
from loopline.platform.ui import create, nav

MOST = 8
SAID = "feedback"


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    href: str
    icon: str = "arrow"
    key: str = ""
    line: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    options: list[Option]


def rank(query: str, label: str) -> int:
    """Prefix beats word start beats subsequence; 0 does not match."""
    q, text = query.casefold(), label.casefold()
    if not q or text.startswith(q):
        return 4
    if f" {q}" in text:
        return 3
    rest = iter(text)
    return 2 if all(c in rest for c in q) else 0


def _pages(actor: Actor, q: str) -> list[Option]:
    found = [
        (
            rank(q, e.label),
            Option(
                e.label,
                e.href,
                e.icon or "arrow",
                note=g.label,
                key=f"G {e.key.upper()}" if e.key else "",
            ),
        )
        for g in nav.tree(actor).values()
        for e in g.entries
    ]
    return [o for r, o in sorted(found, key=lambda x: -x[0]) if r]


def _doing(actor: Actor, q: str) -> list[Option]:
    found = [(rank(q, f"Create {k.label}") or rank(q, k.label), k) for k in create.kinds(actor)]
    return [
        Option(f"Create {k.label[:1].lower()}{k.label[1:]}", k.href, k.icon)
        for r, k in sorted(found, key=lambda x: -x[0])
        if r
    ]


def _objects(hits: list[Hit], now: datetime) -> list[Option]:
    from loopline.platform.cards.registry import kinds

    by_type: dict[str, list[int]] = {}
    for h in hits:
        by_type.setdefault(h.type, []).append(h.id)
    drawn = {
        (t, i): line.code
        for t, ids in by_type.items()
        if has_line(t)
        for i, line in lines(t, ids, now=now).items()
    }
    loaded = {(t, i): c for t, ids in by_type.items() for i, c in kinds()[t].load(set(ids)).items()}
    return [
        Option(
            loaded[(h.type, h.id)].title,
            loaded[(h.type, h.id)].url,
            kinds()[h.type].icon,
            h.key,
            drawn.get((h.type, h.id), ""),
            loaded[(h.type, h.id)].note,
        )
        for h in hits
        if (h.type, h.id) in loaded
    ]


def palette_groups(*, actor: Actor, text: str, now: datetime) -> list[Group]:
    """Groups of options for a query; without one, what can be done and where one can go."""
    q = text.strip()[:100]
    if not q:
        return [Group("Do", _doing(actor, "")), Group("Go to", _pages(actor, ""))]
    hits = search(actor=actor, text=q, limit=MOST * 3)
    things = [h for h in hits if h.type != SAID][:MOST]
    said = [h for h in hits if h.type == SAID][: MOST if not things else 5]
    groups = [
        Group("Do", _doing(actor, q)[:3]),
        Group("Go to", [*_objects(things, now), *_pages(actor, q)[:3]]),
        *(
            Group(label, [Option(f.title, f.url, f.icon, note=f.note) for f in found])
            for label, found in elsewhere(actor=actor, text=q)
        ),
        Group("Said by customers", _objects(said, now)),
    ]
    return [g for g in groups if g.options]
