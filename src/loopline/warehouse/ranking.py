"""Which values of a breakdown are shown. The rest are counted together as "other", a name then kept for them alone."""

from collections.abc import Mapping

OTHER = "other"
Value = str | None


def top(sizes: Mapping[Value, int], most: int) -> set[Value]:
    """The values shown: the largest, ties in order of text with none last; all where there are no more than `most`."""
    if len(sizes) <= most:
        return set(sizes)
    named = [value for value in sizes if value != OTHER]
    return set(sorted(named, key=lambda value: _place(sizes, value))[:most])


def folded(sizes: Mapping[Value, int], most: int) -> dict[Value, Value]:
    """Each value's place in the answer: itself, or "other"."""
    shown = top(sizes, most)
    return {value: value if value in shown else OTHER for value in sizes}


def in_order(sizes: Mapping[Value, int], *, rest: bool) -> list[Value]:
    """Largest first; with `rest` the joined ones last."""
    return sorted(sizes, key=lambda value: (rest and value == OTHER, *_place(sizes, value)))


def _place(sizes: Mapping[Value, int], value: Value) -> tuple[int, bool, str]:
    return -sizes[value], value is None, value or ""
