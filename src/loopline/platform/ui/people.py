"""People as round marks with their initials; the full name is what a screen reader says."""

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape

from loopline.platform.ui.formats import initials
from loopline.platform.ui.trusted import html


@lru_cache(maxsize=2048)
def _mark(letters: str, said: str, large: bool) -> Markup:
    cls = "who l" if large else "who"
    name = escape(said)
    return html(
        f'<span class="{cls}" role="img" aria-label="{name}" title="{name}">'
        f"{escape(letters)}</span>"
    )


def _names(person: object) -> tuple[str, str]:
    if isinstance(person, str):
        return initials(person), person
    if isinstance(person, dict):
        name = str(person.get("name", ""))
        return str(person.get("initials") or initials(name)), name
    name = str(getattr(person, "name", "") or getattr(person, "email", ""))
    return str(getattr(person, "initials", "") or initials(name)), name


def who(person: object, large: bool = False) -> Markup:
    """One person: a name, or anything with `name` and perhaps `initials`. Nobody prints nothing."""
    if not person:
        return Markup("")
    letters, name = _names(person)
    return _mark(letters, name, large)


def whos(people: Iterable[object], room: int = 4) -> Markup:
    """Some people side by side; those beyond `room` are counted."""
    seen = [p for p in people if p]
    shown = Markup("").join(who(p) for p in seen[:room])
    if len(seen) > room:
        rest = ", ".join(_names(p)[1] for p in seen[room:])
        shown += _mark(f"+{len(seen) - room}", rest, False)
    return Markup('<span class="whos">{}</span>').format(shown)
