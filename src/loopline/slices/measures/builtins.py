"""Numbers that other areas compute from their own records, by a key: cycle time, release frequency, NPS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

Computed = tuple[float | None, int | None, float | None, float | None]
Compute = Callable[[datetime, datetime], Computed | None]


@dataclass(frozen=True, slots=True)
class Builtin:
    """`compute(start, end)` answers (value, n, low, high) for a period in the unit, None where there is no data;
    a value of None with its n where there is too little to say a number. `missing()` says what to connect, empty
    where all is there. `rows(start, end)` is the address of the records behind the number."""

    key: str
    label: str
    says: str
    unit: str
    compute: Compute
    missing: Callable[[], str]
    rows: Callable[[datetime, datetime], str] | None = None
    direction: str = "up"


_BUILTINS: dict[str, Builtin] = {}


def builtin(
    key: str,
    label: str,
    says: str,
    unit: str,
    compute: Compute,
    missing: Callable[[], str] = lambda: "",
    *,
    rows: Callable[[datetime, datetime], str] | None = None,
    direction: str = "up",
) -> None:
    """Offer a number to be a metric. The same key again replaces it."""
    _BUILTINS[key] = Builtin(key, label, says, unit, compute, missing, rows, direction)


def found(key: str) -> Builtin | None:
    return _BUILTINS.get(key)


def every() -> Mapping[str, Builtin]:
    """All of them, by key."""
    return dict(sorted(_BUILTINS.items()))
