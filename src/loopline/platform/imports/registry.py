"""Kinds of files that can be brought in; slices register theirs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from loopline.core.problems import Missing
from loopline.core.tabular.mapping import FieldSpec
from loopline.platform.identity.actor import Actor

Record = Mapping[str, str]


@dataclass
class Taken:
    """What a batch did, or would do: new, changed, as before, and rows that cannot go in with their reasons.

    `unlisted` counts bad rows beyond those listed. `more` is what a kind that reads whole files says besides:
    events, persons, first, last (RFC 3339), names [[name, count]], notes.
    """

    created: int = 0
    changed: int = 0
    same: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)
    unlisted: int = 0
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def bad_count(self) -> int:
        return len(self.bad) + self.unlisted

    def add(self, other: "Taken") -> None:
        self.created += other.created
        self.changed += other.changed
        self.same += other.same
        self.bad += other.bad
        self.unlisted += other.unlisted


@dataclass(frozen=True, slots=True)
class Preview:
    """What a mapping screen shows: columns, the mapping, the first rows, and how many rows there are, if known."""

    headers: tuple[str, ...]
    mapping: Mapping[str, str]
    rows: list[tuple[str, ...]]
    total: int | None


Take = Callable[..., Taken]  # (actor=, rows=[(line, record)], now=, dry_run=)
Bring = Callable[..., Taken]  # (actor=, path=, name=, given=, now=, dry_run=, step=)
Look = Callable[[Path, str, Mapping[str, str]], Preview]


@dataclass(frozen=True, slots=True)
class Kind:
    """`take(actor=, rows=, now=, dry_run=)` takes a batch in one transaction and must be safe to repeat.

    `one_of` names fields of which at least one must be mapped. A kind with `bring` and `look` reads whole files itself,
    at any length, with progress by `step(rows, done=, total=, note=)`; `take` is not asked then. `most` is how many
    bytes may be uploaded by the page.
    """

    key: str
    label: str
    says: str
    permission: str
    fields: Sequence[FieldSpec]
    take: Take = field(repr=False)
    defaults: Mapping[str, str] = field(default_factory=dict)
    one_of: tuple[str, ...] = ()
    after: Callable[[Actor, datetime], None] | None = None
    bring: Bring | None = field(default=None, repr=False)
    look: Look | None = field(default=None, repr=False)
    most: int = 100_000_000


def whole(**_: Any) -> Taken:
    """Stands for `take` where a kind reads whole files."""
    raise NotImplementedError("This kind reads whole files.")


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _KINDS[kind.key] = kind


def kinds() -> list[Kind]:
    return sorted(_KINDS.values(), key=lambda k: k.label)


def kind(key: str) -> Kind:
    found = _KINDS.get(key)
    if found is None:
        raise Missing(f"kind of import called {key}")
    return found
