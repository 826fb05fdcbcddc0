"""The navigation: slices register their pages; an entry shows where its page exists and is allowed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may

type Count = Callable[[Actor], int | None]

STATION = {"Hear": 1, "Decide": 3, "Build": 4, "Ship": 5, "Learn": 6, "Tell": 7}
GROUPS = ("Today", *STATION, "Run", "Foot", "Account")
_ICONS = {"Today": "today", "Run": "run", "Foot": "plug", "Account": "person"}


@dataclass(frozen=True, slots=True)
class Item:
    """One page. `count` says how many things wait for this actor; `key` is the letter after G."""

    group: str
    label: str
    url_name: str
    order: int
    count: Count | None = None
    permission: str | None = None
    icon: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as one actor sees it."""

    label: str
    href: str
    count: int | None
    icon: str
    key: str


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    station: int | None
    entries: Sequence[Entry] = field(default_factory=list)


_ITEMS: dict[tuple[str, str], Item] = {}


def item(
    group: str,
    label: str,
    url_name: str,
    order: int,
    count: Count | None = None,
    permission: str | None = None,
    *,
    icon: str = "",
    key: str = "",
) -> None:
    """Register a page. The same label in the same group again replaces the first."""
    if group not in GROUPS:
        raise ValueError(f"{group} is no group of the navigation: {', '.join(GROUPS)}")
    taken = next(
        (i for i in _ITEMS.values() if key and i.key == key.lower() and i.label != label), None
    )
    if taken:
        raise ValueError(f"G {key.upper()} already goes to {taken.label}")
    _ITEMS[group, label] = Item(
        group, label, url_name, order, count, permission, icon or _ICONS.get(group, ""), key.lower()
    )


def items() -> list[Item]:
    """Everything registered, in the order of the page."""
    return sorted(_ITEMS.values(), key=lambda i: (GROUPS.index(i.group), i.order, i.label))


def _seen(entry: Item, actor: Actor | None) -> bool:
    return entry.permission is None or may(actor, entry.permission)


def _entry(entry: Item, actor: Actor | None) -> Entry | None:
    try:
        href = reverse(entry.url_name)
    except NoReverseMatch:
        return None
    count = entry.count(actor) if entry.count and actor else None
    return Entry(entry.label, href, count or None, entry.icon, entry.key)


def tree(actor: Actor | None) -> dict[str, Group]:
    """The groups that have at least one page for this actor, by name."""
    found: dict[str, list[Entry]] = {}
    for one in items():
        if _seen(one, actor) and (entry := _entry(one, actor)):
            found.setdefault(one.group, []).append(entry)
    return {g: Group(g, STATION.get(g), found[g]) for g in GROUPS if g in found}
