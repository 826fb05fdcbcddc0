"""Persons and times of an event, with coded properties, from the narrow projections: decoded once and kept."""

from collections.abc import Sequence

import numpy as np

from loopline.core.insights.ir import Breakdown, Condition, On
from loopline.core.insights.packing import Bools
from loopline.warehouse.coded import Coded
from loopline.warehouse.columns import Column, Columns, decoded


def fits(reading: Coded, tests: Sequence[Condition], by: Breakdown | None, *, named: bool) -> bool:
    """Whether the narrow projections have all that is tested and split by."""
    if not named and (any(test.on is On.EVENT for test in tests) or (by and by.on is On.EVENT)):
        return False
    return reading.all_of(tests, by)


def read(
    reading: Coded,
    codes: Sequence[int],
    tests: Sequence[Condition],
    by: Breakdown | None,
    low: int,
    high: int,
    *,
    present: bool,
) -> dict[str, Column]:
    """`did`, `ts` and, split by a property, `value` (its code, -1 for none) of the events that pass, in order."""
    names: Sequence[int | None] = codes or (None,)
    parts = [_one(reading, code, tests, by, low, high, present=present) for code in names]
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _one(
    reading: Coded,
    code: int | None,
    tests: Sequence[Condition],
    by: Breakdown | None,
    low: int,
    high: int,
    *,
    present: bool,
) -> dict[str, Column]:
    did, ts = _columns(reading, code, "did", "ts")
    found = {"did": did, "ts": ts}
    source = reading.source
    passed: list[Bools] = []
    if source.first is not None and source.last is not None:
        if low > source.first:
            passed.append(np.asarray(ts >= low, dtype=np.bool_))
        if high <= source.last:
            passed.append(np.asarray(ts < high, dtype=np.bool_))
    for test in tests:
        if test.on is On.EVENT:
            (of,) = _columns(reading, code, reading.column(test.property))
            passed.append(reading.holds(test)[of])
    if by and by.on is On.EVENT:
        (found["value"],) = _columns(reading, code, reading.column(by.property))
        if present:
            passed.append(np.asarray(found["value"] >= 0, dtype=np.bool_))
    if not passed:
        return found
    keep = np.logical_and.reduce(passed) if len(passed) > 1 else passed[0]
    places = np.flatnonzero(keep)
    return {name: column[places] for name, column in found.items()}


def _columns(reading: Coded, code: int | None, *names: str) -> Columns:
    """Columns of one event name, or of all events; kept where the segment can be told from any other."""
    source = reading.source

    def make() -> Columns:
        picked = ", ".join(
            n if n in ("did", "ts") else f"coalesce({n}::integer, -1) as {n}" for n in names
        )
        table, where = ("by_person", "") if code is None else ("by_event", f" where event = {code}")
        found = reading.store.columns(f"select {picked} from {source.prefix}{table}{where}")
        return tuple(_short(np.asarray(found[name])) for name in names)

    if source.file is None:
        return make()
    return decoded.get((source.file, code, names), make)


def _short(column: Column) -> Column:
    """Codes of few values in a byte or two."""
    if column.dtype != np.int32 or not column.size:
        return column
    most = int(column.max())
    return column.astype(np.int8 if most < 2**7 else np.int16 if most < 2**15 else np.int32)
