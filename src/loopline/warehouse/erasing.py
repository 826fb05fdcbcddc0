"""Taking events out again: those of a person, those that are too old, or one property of all.

A person is erased at once for readers, by a tombstone; then the tail and every segment that holds them are written
anew without them. What is cut off in the middle is gone on with by the next `sealing.tend`.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from loopline.warehouse import conditions, manifest, segments, tombstones
from loopline.warehouse.identity import Identities
from loopline.warehouse.lock import WAIT, Busy, held, writing
from loopline.warehouse.tail import Tail
from loopline.warehouse.tail_cuts import strip_tail, take_out_old, take_out_persons
from loopline.warehouse.tombstones import Tombstones

Note = Callable[[str], None]
CUT = "cut.json"  # says nothing but that the tail was cut since: its places alone do not tell


@dataclass(frozen=True, slots=True)
class Erased:
    """`ids`: everything the persons were known by. `events`: how many were taken out of the store.

    Not `finished`: somebody else writes segments now. Readers see nothing of the persons already; the next
    `sealing.tend` does the rest.
    """

    ids: tuple[str, ...]
    events: int
    finished: bool


def erase(
    folder: Path,
    distinct_ids: Iterable[str],
    *,
    now: int,
    wait: float = WAIT,
    memory_limit: str = "512MB",
    note: Note = lambda step: None,
) -> Erased:
    """Erase the persons of these ids, with all ids that were joined to them: events, and what was learnt about them.

    What happens after `now` (microseconds) is kept. Counts that were worked out before stay where they are kept.
    """
    home, ids = folder / "segments", _joined(folder, distinct_ids)
    with held(folder, "erasing.lock", WAIT):
        listed = tombstones.added(tombstones.load(home), dict.fromkeys(ids, now))
        tombstones.keep(home, listed)
    note("listed")
    try:
        with writing(folder, wait=wait):
            return Erased(ids, finish(folder, memory_limit=memory_limit, note=note), True)
    except Busy:
        return Erased(ids, 0, False)


def finish(folder: Path, *, memory_limit: str = "512MB", note: Note = lambda step: None) -> int:
    """Take out what is only listed so far; how many events. For whoever holds `writing`."""
    home = folder / "segments"
    pending = tombstones.load(home).pending
    if not pending:
        return 0
    gone = take_out_persons(Tail(folder), pending, manifest.load(home).mark)
    note("tail")
    for entry in manifest.load(home).segments:
        if _holds(home / entry.file, pending):
            gone += _rewritten(home, entry.file, lambda connection: 0, memory_limit, note)
    with held(folder, "erasing.lock", WAIT):
        tombstones.keep(home, tombstones.settled(tombstones.load(home), pending))
    note("settled")
    return gone


def reapply(folder: Path, others: Tombstones, *, memory_limit: str = "512MB") -> int:
    """Erase again, after a restore, whoever is on this or another list; how many events were taken out.

    Facts in the tail are recognised as well as events.
    """
    home = folder / "segments"
    with writing(folder), held(folder, "erasing.lock", WAIT):
        listed = tombstones.joined(tombstones.load(home), others)
        found = _recognised(folder, listed)
        times = {each: _erased_at(listed, each) for each in found}
        tombstones.keep(home, Tombstones(pending=times, groups=listed.groups))
    with writing(folder):
        return finish(folder, memory_limit=memory_limit)


def retain(
    folder: Path,
    before: int,
    *,
    wait: float = WAIT,
    memory_limit: str = "512MB",
    note: Note = lambda step: None,
) -> int:
    """Take out every event of a time before this one (microseconds); how many. Raises Busy."""
    home = folder / "segments"
    with writing(folder, wait=wait):
        now = manifest.load(home)
        gone = take_out_old(Tail(folder), before, now.mark)
        _cut_again(home)
        note("tail")
        old = [entry for entry in now.segments if entry.last < before]
        segments.drop(home, [entry.file for entry in old])
        note("dropped")
        gone += sum(entry.events for entry in old)
        for entry in now.segments:
            if entry.first < before <= entry.last:
                cut = _cut_before(before)
                gone += _rewritten(home, entry.file, cut, memory_limit, note)
    return gone


def strip(
    folder: Path,
    names: Sequence[str],
    *,
    wait: float = WAIT,
    memory_limit: str = "512MB",
    note: Note = lambda step: None,
) -> int:
    """Take these properties out of every stored event, and out of what is known of persons and accounts.

    Answers in how many events. Only top-level properties have a name here. Raises Busy.
    """
    home, wanted = folder / "segments", tuple(dict.fromkeys(names))
    if not wanted:
        return 0
    with writing(folder, wait=wait):
        touched = strip_tail(Tail(folder), wanted, manifest.load(home).mark)
        _cut_again(home)
        note("tail")
        for entry in manifest.load(home).segments:
            count = _having(home / entry.file, wanted)
            if count:
                segments.rewrite(
                    home, entry.file, _strip_raw(wanted), memory_limit=memory_limit, note=note
                )
                touched += count
    return touched


def _cut_again(home: Path) -> None:
    """Whoever holds the events open sees that they are others now."""
    home.mkdir(parents=True, exist_ok=True)
    manifest.replace(home, CUT, f'"{secrets.token_hex(8)}"\n'.encode())


def _joined(folder: Path, distinct_ids: Iterable[str]) -> tuple[str, ...]:
    """The ids, and all that belong to the same persons."""
    given = [each.encode("utf-8", "replace").decode() for each in distinct_ids]
    facts = [fact for _, fact in Tail(folder).facts()]
    identities = Identities(facts)
    persons = {identities.person(each) for each in given}
    of = (each for fact in facts for each in (fact.subject, fact.object))
    more = [each for each in of if identities.person(each) in persons]
    return tuple(dict.fromkeys([*given, *persons, *more]))


def _rewritten(home: Path, file: str, change: segments.Fill, memory_limit: str, note: Note) -> int:
    before = sum(entry.events for entry in manifest.load(home).segments)
    after = segments.rewrite(home, file, change, memory_limit=memory_limit, note=note)
    return before - sum(entry.events for entry in after.segments)


def _cut_before(before: int) -> segments.Fill:
    def cut(connection: duckdb.DuckDBPyConnection) -> int:
        connection.execute("delete from raw where ts < ?", [before])
        return int((connection.fetchone() or (0,))[0])

    return cut


def _holds(file: Path, ids: Iterable[str]) -> bool:
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(
            "select 1 from ids where list_contains(?::varchar[], name) limit 1", [list(ids)]
        ).fetchone()
    return found is not None


def _having(file: Path, names: Sequence[str]) -> int:
    """How many events of a segment have one of the properties, or text that is no JSON and may."""
    tests = " or ".join(["json_exists(properties, ?)"] * len(names))
    given = [conditions.pointer(name) for name in names]
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(
            f"select count(*) from wide where unreadable is not null or {tests}", given
        ).fetchone()
    return int(found[0]) if found else 0


def _strip_raw(names: Sequence[str]) -> segments.Fill:
    """Text that is no JSON goes whole: nobody can tell what is in it."""

    def change(connection: duckdb.DuckDBPyConnection) -> int:
        connection.execute("update raw set properties = '{}' where not json_valid(properties)")
        for name in names:
            connection.execute(
                "update raw set properties = json_merge_patch(properties, json_object(?, null))"
                " where json_type(properties) = 'OBJECT' and json_exists(properties, ?)",
                [name, conditions.pointer(name)],
            )
        return 0

    return change


def _recognised(folder: Path, listed: Tombstones) -> set[str]:
    home, tail = folder / "segments", Tail(folder)
    found: set[str] = set()
    for entry in manifest.load(home).segments:
        with duckdb.connect(str(home / entry.file), read_only=True) as connection:
            found |= tombstones.recognised(connection, "", listed)
    ids = {fact.subject for _, fact in tail.facts()} | {fact.object for _, fact in tail.facts()}
    for page in tail.pages(manifest.load(home).mark, tail.last(), 20_000):
        ids |= {row[3] for row in page}
    return found | {each for each in ids if _erased_at(listed, each) >= 0}


def _erased_at(listed: Tombstones, distinct_id: str) -> int:
    times = (
        group.erased.get(tombstones.digest(group.salt, distinct_id), -1) for group in listed.groups
    )
    return max(times, default=-1)
