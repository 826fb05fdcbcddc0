"""Who was erased, for the door: the same list that `tombstones` keeps, read without the engines."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec

MOST = 50_000  # ids whose answer is remembered


class _Group(msgspec.Struct):
    salt: str
    erased: dict[str, int] = {}


class _List(msgspec.Struct):
    groups: tuple[_Group, ...] = ()


def erased(folder: Path) -> tuple[Callable[[str, int], bool], int]:
    """A test of a distinct id and a time (UTC microseconds), and the latest time it may hold for; -1: for none.

    `folder` holds `erased.json`. Raises msgspec.DecodeError, OSError.
    """
    try:
        listed = msgspec.json.decode((folder / "erased.json").read_bytes(), type=_List)
    except FileNotFoundError:
        listed = _List()
    known: dict[str, int] = {}
    last = max((at for group in listed.groups for at in group.erased.values()), default=-1)

    def test(distinct_id: str, at: int) -> bool:
        if distinct_id not in known:
            if len(known) >= MOST:
                known.clear()
            known[distinct_id] = max((_when(g, distinct_id) for g in listed.groups), default=-1)
        return at <= known[distinct_id]

    return test, last


def _when(group: _Group, distinct_id: str) -> int:
    text = (group.salt + distinct_id).encode("utf-8", "replace")
    return group.erased.get(hashlib.sha256(text).hexdigest(), -1)
