"""The registry of views SQL may name beside events, people and accounts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class View:
    """A documented, read-only view. `columns`: (name, DuckDB type, what it is); `rows` gives tuples in their order.

    Every role that may use SQL may read every view: offer nothing here that the product role may not see.
    """

    name: str
    says: str
    columns: tuple[tuple[str, str, str], ...]
    rows: Callable[[], Iterable[tuple[Any, ...]]]


_VIEWS: dict[str, View] = {}


def offer(view: View) -> None:
    """Register a view. A second one of the same name is a mistake."""
    if _VIEWS.setdefault(view.name, view) is not view:
        raise ValueError(f"there is already a view called {view.name}")


def views() -> list[View]:
    """All of them, by name, for the documentation beside the editor."""
    return sorted(_VIEWS.values(), key=lambda view: view.name)


class Offered:
    """The registry as the desk asks for it."""

    def names(self) -> list[str]:
        return sorted(_VIEWS)

    def columns(self, name: str) -> list[tuple[str, str]]:
        return [(column, type_) for column, type_, _ in _VIEWS[name].columns]

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        return list(_VIEWS[name].rows())
