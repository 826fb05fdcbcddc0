"""Kinds of files that can be brought in; slices register theirs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from loopline.core.problems import Missing
from loopline.core.tabular.mapping import FieldSpec
from loopline.platform.identity.actor import Actor

Record = Mapping[str, str]


@dataclass
class Taken:
    """What a batch did, or would do: new, changed, as before, and rows that cannot go in with their reasons."""

    created: int = 0
    changed: int = 0
    same: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: "Taken") -> None:
        self.created += other.created
        self.changed += other.changed
        self.same += other.same
        self.bad += other.bad


Take = Callable[..., Taken]  # (actor=, rows=[(line, record)], now=, dry_run=)


@dataclass(frozen=True, slots=True)
class Kind:
    """`take(actor=, rows=, now=, dry_run=)` takes a batch in one transaction and must be safe to repeat.

    `one_of` names fields of which at least one must be mapped.
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
