"""Product events in backups and checks: the tail and the segments of one manifest, so that nothing is missed."""

import os
import re
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
from django.conf import settings

from loopline.entry.keeping import copies
from loopline.entry.terminal import Failed
from loopline.warehouse import elsewhere, erasing, imported, manifest, sealing, segments, tombstones
from loopline.warehouse.desk import abroad
from loopline.warehouse.tail import Tail

FOLDER = "events"
TAIL = f"{FOLDER}/tail.sqlite3"
SEGMENTS = f"{FOLDER}/segments"
LISTS = (f"{SEGMENTS}/{manifest.NAME}", f"{SEGMENTS}/{tombstones.NAME}")
IMPORTED = f"{FOLDER}/{imported.FOLDER}"
_SEGMENT = re.compile(rf"{SEGMENTS}/segment-\d{{8}}\.duckdb")
_IDS = re.compile(rf"{IMPORTED}/[0-9A-Za-z_+-]{{1,80}}\.-?\d{{1,20}}\.-?\d{{1,20}}\.ids")
_TRIES = 5
_WAIT = 300.0  # seconds a backup waits for a merge that is under way
_LATE = 2 * 3_600 * 1_000_000  # microseconds after which an event should be sealed


def folder() -> Path:
    """Where this home's product events lie."""
    return Path(settings.LOOPLINE_HOME.path) / FOLDER


def ours(name: str) -> bool:
    """Whether a file of an archive is one of product events."""
    matched = _SEGMENT.fullmatch(name) or _IDS.fullmatch(name)
    return name == TAIL or name in LISTS or matched is not None


def copy(work: Path) -> list[str]:
    """Copy what there is into a folder, under names as in the home; the names. Raises Failed.

    Nobody seals meanwhile; events go on coming in. Segments never change, so a link to one is a copy of it.
    """
    home = folder().parent
    if not folder().exists():
        return []
    (work / SEGMENTS).mkdir(parents=True)
    try:
        with sealing.writing(folder(), wait=_WAIT):
            now = manifest.load(folder() / "segments")
            for name in (*LISTS, *(f"{SEGMENTS}/{entry.file}" for entry in now.segments)):
                if (home / name).exists():
                    _link(home / name, work / name)
            _copy_ids(home, work)
            if (home / TAIL).exists():
                copies.copy_file(home / TAIL, work / TAIL, {})
    except sealing.Busy as busy:
        raise Failed(str(busy)) from None
    return sorted(str(file.relative_to(work)) for file in work.rglob("*") if file.is_file())


def _copy_ids(home: Path, work: Path) -> None:
    """Ids that came by file, which events sent live later are known by. An import may join small files meanwhile."""
    for _ in range(_TRIES):
        names = sorted(file.name for file in (home / IMPORTED).glob("*.ids"))
        shutil.rmtree(work / IMPORTED, ignore_errors=True)
        (work / IMPORTED).mkdir(parents=True)
        try:
            for name in names:
                _link(home / IMPORTED / name, work / IMPORTED / name)
        except FileNotFoundError:
            continue
        if names == sorted(file.name for file in (home / IMPORTED).glob("*.ids")):
            return
    raise Failed("Events are being imported. Back up again when that has ended.")


def _link(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without links
        shutil.copyfile(file, target)


def check_empty() -> None:
    """Refuse a home that holds product events already. Raises Failed."""
    if folder().exists() and sealing.disk(folder()).events:
        raise Failed(
            f"There are product events in {folder()}. Restore into a new home: --home DIR."
        )


def put_back(work: Path, names: Collection[str]) -> None:
    """Put unpacked files in their places, the manifest last: without it there are no segments. Raises Failed.

    Who was erased in the home the backup is of, or by a list that lies in this one, is erased again.
    """
    if strange := [name for name in names if not ours(name)]:
        raise Failed(f"This backup holds {strange[0]!r}, which is no file of product events.")
    home = Path(settings.LOOPLINE_HOME.path)
    settings.LOOPLINE_HOME.folder(SEGMENTS)
    settings.LOOPLINE_HOME.folder(IMPORTED)
    erased = tombstones.load(home / SEGMENTS)
    for name in sorted(names, key=lambda name: (name in LISTS, name)):
        if name == TAIL:
            copies.put_file(work / name, home / name)
            continue
        shutil.copyfile(work / name, home / f"{name}.restoring")
        copies.flush([home / f"{name}.restoring"])
        (home / f"{name}.restoring").replace(home / name)
        copies.flush([(home / name).parent])
    if erased or tombstones.load(home / SEGMENTS):
        erasing.reapply(folder(), erased)


def findings() -> Iterator[str]:
    """What is damaged, missing or does not fit together."""
    yield from _tail()
    yield from (
        f"Ids of imported events: {path.name} is damaged; events sent again could count twice."
        for path in imported.damaged(folder())
    )
    home = folder() / "segments"
    try:
        now = manifest.load(home)
        wrong = segments.verify(home)
    except (msgspec.DecodeError, OSError) as broken:
        yield f"The list of sealed product events cannot be read: {broken}."
        return
    for name in wrong:
        gone = not (home / name).exists()
        yield f"Sealed product events: {name} is {'missing' if gone else 'not what was sealed'}."
    if now.mark and (folder() / "tail.sqlite3").exists() and Tail(folder()).last() < now.mark:
        yield "The tail of product events is older than what is sealed: new events would not be seen."


def _tail() -> Iterator[str]:
    file = folder() / "tail.sqlite3"
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file, timeout=30)) as tail:
            found = tail.execute("PRAGMA integrity_check(20)").fetchall()
    except sqlite3.Error as broken:
        yield f"The file of product events cannot be read: {broken}."
        return
    yield from (f"Product events: {row[0]}." for row in found if row[0] != "ok")


def answered_elsewhere() -> Iterator[tuple[str, bool, str, str]]:
    """Whether the database that answers in the place of this home is up to it."""
    url = settings.LOOPLINE_EVENTS_URL
    if not url:
        return
    last, where = abroad.state(folder()), abroad.shown(url)
    do = f"See to that database, then run ./loopline ship; without {elsewhere.VARIABLE} questions are answered here."
    if not elsewhere.known_kind(url):
        yield "events elsewhere", False, f"{where} is no address of a database that answers", do
    elif last.url != where:
        yield "events elsewhere", True, f"{where}: nothing was asked or shipped yet", ""
    else:
        yield "events elsewhere", not last.trouble, last.trouble or f"{where} is up to date", do


def state(now: int) -> Iterator[tuple[str, bool, str, str]]:
    """For the doctor, at `now` in microseconds: (name, whether it is well, what it is, what to do)."""
    if not folder().exists():
        yield "product events", True, "none yet", ""
        return
    try:
        used, mark = sealing.disk(folder()), manifest.load(folder() / "segments").mark
        full, first = sealing.enough_room(folder()), Tail(folder()).first(mark)
    except (msgspec.DecodeError, OSError, sqlite3.Error) as broken:
        yield "product events", False, f"cannot be read: {broken}", "Run ./loopline verify."
        return
    says = (
        f"{used.events:,} events: {used.segment_bytes / 1e6:,.1f} MB in {used.segments} segments,"
        f" {used.tail_bytes / 1e6:,.1f} MB not sealed yet or free for new ones"
    )
    yield "product events", full is None, full or says, "Make room on the disk of the home."
    yield from answered_elsewhere()
    late = first is not None and now - first > _LATE
    says = f"{(now - (first or now)) / 3.6e9:.1f} h old" if late else "up to date"
    yield "sealing", not late, says, "Is ./loopline serve running? Its worker seals product events."
