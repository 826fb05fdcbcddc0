"""What a list is: columns, filters, sorts, bulk actions. A slice declares one; everything else is shared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from loopline.platform.identity.actor import Actor

Choices = Callable[[], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Column:
    """`cell(row)` gives the plain value for CSV; `kind` is text, number, money, date, tag, person or line."""

    key: str
    label: str
    cell: Callable[[Any], Any]
    kind: str = "text"
    sort: str = ""
    optional: bool = False

    @property
    def align(self) -> str:
        return "end" if self.kind in ("number", "money") else "start"


@dataclass(frozen=True, slots=True)
class Filter:
    """`where(value)` gives the condition for one chosen value; several values are joined by OR.

    `shows_hidden`: whoever filters by it also means what the list leaves out by itself.
    """

    key: str
    label: str
    where: Callable[[str], Q] = field(repr=False)
    kind: str = "choice"
    options: Choices = field(default=tuple, repr=False)
    shows_hidden: bool = False

    @property
    def choices(self) -> list[tuple[str, str]]:
        return list(self.options())


@dataclass(frozen=True, slots=True)
class BulkAction:
    """`run(actor, ids, value, now)` calls one service and answers what was done, as a toast says it."""

    key: str
    label: str
    icon: str
    run: Callable[..., "Done"] = field(repr=False)
    permission: str = ""
    shortcut: str = ""
    needs: str = "none"  # none, choice or text
    options: Choices = field(default=tuple, repr=False)

    @property
    def choices(self) -> list[tuple[str, str]]:
        return list(self.options())


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did, in words, and the token that undoes it."""

    text: str
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """The page before there is anything: what comes here, from where, and the one thing to do."""

    station: int
    title: str
    text: str
    action_label: str = ""
    action_url: str = ""
    permission: str = ""  # who may not, is not offered it


@dataclass(frozen=True, slots=True)
class View:
    """A built-in view: a name and the query string it stands for; `{me}` is the reader's id."""

    label: str
    query: str


@dataclass(frozen=True, slots=True)
class ListSpec:
    """`sorts` maps a public name to a model field that is never null; `object_type` feeds search."""

    name: str
    title: str
    singular: str
    object_type: str
    url: str
    read: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    sorts: Mapping[str, tuple[str, str]]
    default_sort: str
    empty: Empty
    actions: tuple[BulkAction, ...] = ()
    views: tuple[View, ...] = ()
    create_url: str = ""
    here: str = ""
    group: str = ""
    always: Callable[[Actor], Q] = field(default=lambda _a: Q(), repr=False)
    hide_archived: Q | None = field(default=None, repr=False)
    search: bool = True

    @property
    def csv_url(self) -> str:
        return f"{self.url}.csv"

    @property
    def bulk_url(self) -> str:
        return f"{self.url}/bulk"

    def filter(self, key: str) -> Filter | None:
        return next((f for f in self.filters if f.key == key), None)
