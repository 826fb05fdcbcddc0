"""Editable fields of plain rows: read the attribute, parse what was typed, call the slice's one change service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from loopline.core.problems import Invalid, Missing
from loopline.platform.db.edit import Editable
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import find_person_id
from loopline.platform.ui.details import Field, Write, editable

Load = Callable[[int], Editable | None]
Change = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Edit:
    """One field: `kind` as in details.Field; `key` the name the service takes where it differs."""

    name: str
    label: str
    kind: str = "text"
    options: Callable[[], Sequence[tuple[str, str]]] = field(default=tuple)
    key: str = ""
    value: Callable[[Any], Any] | None = None
    shown: Callable[[Any], str] | None = None


def parsed(kind: str, name: str, raw: Any) -> Any:
    """What a service takes for what a person typed. Raises Invalid with the field's sentence."""
    if kind == "person":
        found = find_person_id(raw) if raw else None
        if raw and found is None:
            raise Invalid(**{name: f"Nobody here is called {raw}. Choose from the list."})
        return found
    if kind in ("number", "money"):
        return number(name, raw)
    if kind == "date":
        return day(name, raw)
    return raw


def number(name: str, raw: str) -> Decimal | None:
    """A decimal with either separator; empty is None."""
    text = (raw or "").strip().replace(" ", "").replace("\u00a0", "")
    if not text:
        return None
    if "," in text and "." not in text:
        text = (
            text.replace(",", ".") if len(text.rpartition(",")[2]) != 3 else text.replace(",", "")
        )
    try:
        found = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise Invalid(**{name: f"{raw} is not a number."}) from None
    if not found.is_finite() or abs(found) >= Decimal("1e12"):
        raise Invalid(**{name: f"{raw} is out of range."})
    return found


def day(name: str, raw: str) -> date | None:
    """A date as 2026-11-19; empty is None."""
    if not (raw or "").strip():
        return None
    try:
        return date.fromisoformat(raw.strip())
    except ValueError:
        raise Invalid(**{name: f"{raw} is not a date. Write it as 2026-11-19."}) from None


def row_fields(object_type: str, load: Load, permission: str, change: Change, *edits: Edit) -> None:
    """Register fields of rows that `load(id)` finds and `change(actor=, id_=, changes=, version=, now=)` changes."""

    def read_of(e: Edit) -> Callable[[int], tuple[Any, int]]:
        def read(id_: int) -> tuple[Any, int]:
            row = load(id_)
            if row is None:
                raise Missing(object_type.replace("-", " "))
            return (e.value(row) if e.value else getattr(row, e.name)), row.version

        return read

    def write_of(e: Edit) -> Write:
        def write(
            *, actor: Actor, id_: int, value: Any, version: int | None, now: datetime
        ) -> None:
            changes = {e.key or e.name: parsed(e.kind, e.name, value)}
            change(actor=actor, id_=id_, changes=changes, version=version, now=now)

        return write

    editable(
        object_type,
        *(
            Field(e.name, e.label, e.kind, permission, read_of(e), write_of(e), e.options, e.shown)
            for e in edits
        ),
    )
