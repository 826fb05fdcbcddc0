"""One registry of keys: the help sheet, the palette, the pages and the documentation read it."""

from collections.abc import Iterable
from dataclasses import dataclass

from loopline.platform.identity.actor import Actor
from loopline.platform.ui import nav

ANYWHERE, GO, LIST, LINE, DETAIL = "Anywhere", "Go to", "In a list", "On the line", "On a page"
_ORDER = (ANYWHERE, GO, LIST, DETAIL, LINE)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`keys` as typed, "g i" or "Shift X"; `action` is a script's verb, an address for `Go to`."""

    keys: str
    label: str
    scope: str = ANYWHERE
    action: str = ""

    @property
    def caps(self) -> list[str]:
        return [k.upper() if len(k) == 1 else k for k in self.keys.split()]


_KEYS: dict[tuple[str, str], Shortcut] = {}


def register(*shortcuts: Shortcut) -> None:
    """Add keys. One key means one thing within a scope."""
    for one in shortcuts:
        if _KEYS.setdefault((one.scope, one.keys), one) != one:
            raise ValueError(f"{one.keys} already has a meaning {one.scope.lower()}")


register(
    Shortcut("Ctrl K", "Find or do", ANYWHERE, "palette"),
    Shortcut("/", "Search this list", LIST, "search"),
    Shortcut("c", "Create", ANYWHERE, "create"),
    Shortcut("?", "Help", ANYWHERE, "help"),
    Shortcut("z", "Undo", ANYWHERE, "undo"),
    Shortcut("t", "Light or dark", ANYWHERE, "theme"),
    Shortcut("Esc", "Close, or leave a field", ANYWHERE, "close"),
    Shortcut("Ctrl Enter", "Send the form", ANYWHERE, "submit"),
    Shortcut("j", "Down", LIST, "down"),
    Shortcut("k", "Up", LIST, "up"),
    Shortcut("Enter", "Open", LIST, "open"),
    Shortcut("x", "Select", LIST, "select"),
    Shortcut("Shift X", "Select as far as here", LIST, "range"),
    Shortcut("e", "Archive", LIST, "archive"),
    Shortcut("a", "Assign", LIST, "assign"),
    Shortcut("f", "Filter", LIST, "filter"),
    Shortcut("→ ←", "Next, previous station", LINE, "step"),
    Shortcut("Shift L", "Open the whole line", LINE, "line"),
)


def going(actor: Actor | None) -> list[Shortcut]:
    """G and a letter, for each registered page that has one and that this actor sees."""
    return [
        Shortcut(f"g {e.key}", e.label, GO, e.href)
        for group in nav.tree(actor).values()
        for e in group.entries
        if e.key
    ]


def sheet(actor: Actor | None, first: Iterable[str] = ()) -> dict[str, list[Shortcut]]:
    """Every key by scope, those of the page at hand first."""
    found: dict[str, list[Shortcut]] = {}
    for one in (*_KEYS.values(), *going(actor)):
        found.setdefault(one.scope, []).append(one)
    wanted = [*first, *_ORDER]
    return {s: found[s] for s in dict.fromkeys([*wanted, *sorted(found)]) if s in found}
