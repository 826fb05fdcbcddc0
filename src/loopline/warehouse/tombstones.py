"""Who was erased: a small file beside the manifest, so that nothing of theirs is read or taken in again.

While their events are still in the store, ids stand here as they are and readers leave them out. Once they are gone,
salted digests alone are kept: enough to leave the same ids out of a late import or of a restored copy. An id stays
erased for what happened, or came, until it was erased; what comes later is somebody who came back.
"""

import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import numpy as np

from loopline.warehouse.manifest import replace

NAME = "erased.json"


class Group(msgspec.Struct, frozen=True):
    """Digests under one salt, each with when it was erased (UTC microseconds)."""

    salt: str
    erased: dict[str, int] = {}


class Tombstones(msgspec.Struct, frozen=True):
    """`pending`: ids whose events are still in the store. `groups`: all there ever were, the home's own group first."""

    version: int = 1
    pending: dict[str, int] = {}
    groups: tuple[Group, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.groups)


def load(home: Path) -> Tombstones:
    """The list of a folder of segments; an empty one where there is none. Raises msgspec.DecodeError."""
    try:
        return msgspec.json.decode((home / NAME).read_bytes(), type=Tombstones)
    except FileNotFoundError:
        return Tombstones()


def keep(home: Path, now: Tombstones) -> None:
    """Replace the list, durably."""
    home.mkdir(parents=True, exist_ok=True)
    replace(home, NAME, msgspec.json.format(msgspec.json.encode(now), indent=1))


def added(now: Tombstones, ids: Mapping[str, int]) -> Tombstones:
    """With more ids, pending."""
    own = now.groups[0] if now.groups else Group(secrets.token_hex(16))
    digests = {digest(own.salt, each): at for each, at in ids.items()}
    groups = (Group(own.salt, {**own.erased, **digests}), *now.groups[1:])
    return Tombstones(pending={**now.pending, **ids}, groups=groups)


def settled(now: Tombstones, ids: Collection[str]) -> Tombstones:
    """With these no longer pending."""
    left = {each: at for each, at in now.pending.items() if each not in ids}
    return Tombstones(pending=left, groups=now.groups)


def joined(one: Tombstones, other: Tombstones) -> Tombstones:
    """What either holds; the later time wins."""
    groups: dict[str, dict[str, int]] = {}
    for group in (*one.groups, *other.groups):
        erased = groups.setdefault(group.salt, {})
        for each, at in group.erased.items():
            erased[each] = max(at, erased.get(each, at))
    found = tuple(Group(salt, erased) for salt, erased in groups.items())
    return Tombstones(pending={**other.pending, **one.pending}, groups=found)


def digest(salt: str, distinct_id: str) -> str:
    return hashlib.sha256((salt + distinct_id).encode("utf-8", "replace")).hexdigest()


def gone(now: Tombstones) -> Callable[[str, int], bool]:
    """A test whether an event of this distinct id, with the earlier of its two times, is erased."""
    known: dict[str, int] = {}

    def test(distinct_id: str, earliest: int) -> bool:
        if distinct_id not in known:
            times = (g.erased.get(digest(g.salt, distinct_id), -1) for g in now.groups)
            known[distinct_id] = max(times, default=-1)
        return earliest <= known[distinct_id]

    return test


def drop(connection: duckdb.DuckDBPyConnection, now: Tombstones) -> int:
    """Take erased events out of the table `raw` (see layout.RAW); how many."""
    total = 0
    for group in now.groups:
        if not group.erased:
            continue
        connection.register("erased", _columns(group.erased))
        try:
            connection.execute(
                "delete from raw using erased e where sha256(? || raw.distinct_id) = e.digest"
                " and least(raw.ts, raw.received_at) <= e.at",
                [group.salt],
            )
            total += (connection.fetchone() or (0,))[0]
        finally:
            connection.unregister("erased")
    return total


def recognised(connection: duckdb.DuckDBPyConnection, prefix: str, now: Tombstones) -> set[str]:
    """Which distinct ids of a segment were erased at some time."""
    found: set[str] = set()
    for group in now.groups:
        if group.erased:
            connection.register("erased", _columns(group.erased))
            rows = connection.execute(
                f"select i.name from {prefix}ids i join erased e on sha256(? || i.name) = e.digest",
                [group.salt],
            ).fetchall()
            connection.unregister("erased")
            found.update(name for (name,) in rows)
    return found


def _columns(erased: Mapping[str, int]) -> dict[str, Any]:
    return {
        "digest": np.array(list(erased), dtype=object),
        "at": np.array(list(erased.values()), dtype=np.int64),
    }
