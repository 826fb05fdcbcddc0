"""What is known of a person or an account, fact by fact: properties set, set once, and changed as SDKs ask for."""

from collections.abc import Callable
from typing import Any

Properties = dict[str, Any]


def learn(known: Properties, how: str, given: Properties) -> None:
    """Change what is known by the next fact in time. `how`: "" sets, "once" keeps what is there, "change" operates.

    Null takes a property away. Operations that are not known, or do not fit what is there, change nothing.
    """
    if how == "once":
        for name, value in given.items():
            if known.get(name) is None:
                known[name] = value
    elif how == "change":
        for operation, values in given.items():
            if operation in ("$delete", "$clearAll"):
                known.clear()
            elif (change := _CHANGES.get(operation)) and isinstance(values, dict):
                for name, value in values.items():
                    known[name] = change(known.get(name), value)
    else:
        known.update(given)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _add(there: Any, value: Any) -> Any:
    if not _number(value) or not (there is None or _number(there)):
        return there
    return (there or 0) + value


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _append(there: Any, value: Any) -> Any:
    return [*_list(there), *_list(value)]


def _prepend(there: Any, value: Any) -> Any:
    return [*_list(value), *_list(there)]


def _union(there: Any, value: Any) -> Any:
    known = _list(there)
    return [*known, *(each for each in _list(value) if each not in known)]


def _union_first(there: Any, value: Any) -> Any:
    known = _list(there)
    return [*(each for each in _list(value) if each not in known), *known]


def _remove(there: Any, value: Any) -> Any:
    return (
        [each for each in there if each not in _list(value)] if isinstance(there, list) else there
    )


_CHANGES: dict[str, Callable[[Any, Any], Any]] = {
    "$add": _add, "$append": _append, "$prepend": _prepend, "$union": _union, "$postInsert": _union,
    "$preInsert": _union_first, "$remove": _remove,
}  # fmt: skip
