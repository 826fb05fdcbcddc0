"""Which column feeds which field: guessed from names, said by hand, or a constant."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from loopline.core.problems import Invalid


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a target: its name, words, other names columns have for it, and whether it must be there."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False


def plain(name: str) -> str:
    """`Issue id`, `issue_id` and `IssueId` are one name."""
    return re.sub(r"[^a-z0-9.]", "", name.lower())


def guess(headers: Sequence[str], fields: Sequence[FieldSpec]) -> dict[str, str]:
    """Field -> column, each column once, by the field's name first and its aliases in order."""
    free = {plain(h): h for h in reversed(headers)}
    out: dict[str, str] = {}
    for f in fields:
        for alias in (f.name, *f.aliases):
            key = plain(alias)
            if key in free and free[key] not in out.values():
                out[f.name] = free[key]
                break
    return out


def checked(
    mapping: Mapping[str, str], headers: Sequence[str], fields: Sequence[FieldSpec]
) -> dict[str, int | str]:
    """Field -> column position, or a constant's text. `=call` is the constant call. Raises Invalid."""
    known = {f.name for f in fields}
    places = {h: i for i, h in reversed(list(enumerate(headers)))}
    out: dict[str, int | str] = {}
    for name, column in mapping.items():
        if name not in known:
            raise Invalid(mapping=f"There is no field {name}. Fields: {', '.join(sorted(known))}.")
        if column.startswith("="):
            out[name] = column[1:]
        elif column in places:
            out[name] = places[column]
        elif column:
            raise Invalid(
                mapping=f"The file has no column {column!r}. It has: {', '.join(headers)[:300]}."
            )
    missing = [f for f in fields if f.required and f.name not in out]
    if missing:
        raise Invalid(
            mapping=f"Say which column holds the {missing[0].label.lower()}. The file has: {', '.join(headers)[:300]}."
        )
    return out


def values(cells: Sequence[str], mapping: Mapping[str, int | str]) -> dict[str, str]:
    """The fields of one row."""
    return {k: (cells[v].strip() if isinstance(v, int) else v) for k, v in mapping.items()}


_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d/%b/%y %I:%M %p", "%d/%b/%Y",
    "%d %b %Y", "%b %d, %Y", "%d/%m/%Y", "%d/%m/%Y %H:%M",
)  # fmt: skip


def time(text: str, field: str) -> datetime | None:
    """ISO 8601, epoch seconds or milliseconds, or a common day-first form; naive times are UTC. Raises Invalid."""
    raw = text.strip()
    if not raw:
        return None
    if raw.isascii() and raw.replace(".", "", 1).isdigit() and len(raw.split(".")[0]) in (10, 13):
        seconds = float(raw) / (1000 if len(raw.split(".")[0]) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    try:
        found = datetime.fromisoformat(raw.replace("Z", "+00:00"))
    except ValueError:
        found = _by_format(raw, field)
    if not 1970 <= found.year <= 2200:
        raise Invalid(**{field: f"{raw[:40]!r} lies outside 1970 to 2200."})
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _by_format(raw: str, field: str) -> datetime:
    for form in _FORMATS:
        try:
            return datetime.strptime(raw, form)  # noqa: DTZ007  made aware by the caller
        except ValueError:
            continue
    raise Invalid(
        **{field: f"{raw[:40]!r} is not a time. Write it as 2026-11-19 or 2026-11-19T09:40:00Z."}
    )
