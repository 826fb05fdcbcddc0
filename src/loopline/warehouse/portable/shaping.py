"""What all plans share when rows become answers: labels, floats, places of cells."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from loopline.core.insights.ir import BadQuestion
from loopline.warehouse import ranking
from loopline.warehouse.portable.asking import Asking
from loopline.warehouse.ranking import Value

NONE = "n"
OTHER = "v" + ranking.OTHER


def value_of(label: str) -> Value:
    """What a label of Asking.label stands for."""
    return label[1:] if label.startswith("v") else None


def label_of(value: Value) -> str:
    return NONE if value is None else "v" + value


def folded(asking: Asking, sizes: Mapping[str, int], most: int) -> str | None:
    """SQL of the label `value` counts under in the answer; None where every value is shown."""
    if most < 1:
        raise BadQuestion("a breakdown shows at least one value")
    if len(sizes) <= most:
        return None
    top = ranking.top({value_of(label): size for label, size in sizes.items()}, most)
    shown = asking.among("value", sorted(label_of(value) for value in top))
    return f"case when {shown} then value else '{OTHER}' end"


def number(found: Any) -> float | None:
    """A double of the database; None for null, and for NaN, which some say for no value."""
    if found is None:
        return None
    value = float(found)
    return None if math.isnan(value) else value


def seconds(found: Any) -> float | None:
    value = number(found)
    return None if value is None else value / 1e6


def place_of(edges: Sequence[int], at: int) -> int:
    """The period that begins at `at`; BadQuestion where none does."""
    if at not in edges[:-1]:
        raise BadQuestion("no period of the answer begins then")
    return list(edges).index(at)
