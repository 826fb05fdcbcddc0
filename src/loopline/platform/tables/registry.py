"""The registry of views SQL may name beside events, people and accounts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class View:
    """A documented, read-only view. `columns`: (name, DuckDB type, what it is); `rows` gives tuples in their order.

    Every role that may use SQL may read every view: offer nothing here that the product role may not see.
    """

    name: str
    says: str
    columns: tuple[tuple[str, str, str], ...]
    rows: Callable[[], Iterable[tuple[Any, ...]]]


class Folder(Protocol):
    """Views that come and go: their names carry a prefix of their own."""

    prefix: str

    def views(self) -> list[View]:
        """Those there are now."""
        ...


_VIEWS: dict[str, View] = {}
_FOLDERS: dict[str, Folder] = {}


def offer(view: View) -> None:
    """Register a view. A second one of the same name is a mistake."""
    if _VIEWS.setdefault(view.name, view) is not view:
        raise ValueError(f"there is already a view called {view.name}")


def offer_folder(folder: Folder) -> None:
    """Register views that come and go; another of the same prefix takes its place."""
    _FOLDERS[folder.prefix] = folder


def views() -> list[View]:
    """All of them, by name, for the documentation beside the editor."""
    coming = [view for folder in _FOLDERS.values() for view in folder.views()]
    return sorted([*_VIEWS.values(), *coming], key=lambda view: view.name)


def _view(name: str) -> View:
    return _VIEWS.get(name) or next(view for view in views() if view.name == name)


class Offered:
    """The registry as the desk asks for it."""

    def names(self) -> list[str]:
        return [view.name for view in views()]

    def columns(self, name: str) -> list[tuple[str, str]]:
        return [(column, type_) for column, type_, _ in _view(name).columns]

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        return list(_view(name).rows())
