"""How far an import has come: one small file, replaced whole after each chunk, so that a killed import goes on."""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from loopline.connectors.event_files.chunks import MOST_BAD, Loaded, Position
from loopline.connectors.event_files.settling import Settled
from loopline.core.problems import Conflict
from loopline.warehouse import imported, manifest

MOST_NAMES = 5_000
OTHERS = "(other names)"
FOLDER = "importing"
MOST_GATHERED = 80_000_000  # bytes of marks that are sorted in memory at once


class Totals(msgspec.Struct):
    """What was read so far. Times are UTC microseconds, None before the first event."""

    rows: int = 0
    fresh: int = 0
    same: int = 0
    wrong: int = 0
    bad: list[tuple[int, str]] = []
    names: dict[str, int] = {}
    first: int | None = None
    last: int | None = None

    def add(self, loaded: Loaded, settled: Settled, bad: list[tuple[int, str]]) -> "Totals":
        """The totals with one more chunk; `bad` are all its bad rows."""
        names = dict(self.names)
        for name, count in settled.names.items():
            key = name if name in names or len(names) < MOST_NAMES else OTHERS
            names[key] = names.get(key, 0) + count
        had = settled.fresh + settled.same
        times = [t for t in (self.first, settled.first if had else None) if t is not None]
        ends = [t for t in (self.last, settled.last if had else None) if t is not None]
        return Totals(
            self.rows + loaded.rows, self.fresh + settled.fresh, self.same + settled.same,
            self.wrong + len(bad), [*self.bad, *sorted(bad)][:MOST_BAD], names,
            min(times, default=None), max(ends, default=None),
        )  # fmt: skip


class State(msgspec.Struct):
    """Where the next chunk begins (None: all is in), its number, and the arrival given to the first row of all."""

    base: int
    at: Position | None = Position()
    number: int = 0
    totals: Totals = msgspec.field(default_factory=Totals)


class Pending(msgspec.Struct):
    """A segment that is about to be switched to, and the state once it is."""

    file: str
    sha256: str
    after: State
    first: int
    last: int


class _File(msgspec.Struct):
    state: State
    pending: Pending | None = None


class Journal:
    """The folder of one import: `key` is the file's content, kind and mapping."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self.key = folder, key
        self.work = folder / FOLDER / key

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else imports this file meanwhile. Raises Conflict."""
        self.work.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.work / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict(
                    "This file is being imported already; wait until that has ended."
                ) from None
            yield
        finally:
            os.close(handle)

    def load(self, now: int) -> State:
        """Where to go on; a segment that was switched to before the kill counts as done."""
        try:
            found = msgspec.json.decode((self.work / "journal.json").read_bytes(), type=_File)
        except (FileNotFoundError, msgspec.DecodeError):
            return State(now)
        pending = found.pending
        if pending is None:
            return found.state
        for entry in manifest.load(self.folder / "segments").segments:
            if (entry.file, entry.sha256) == (pending.file, pending.sha256):
                self.publish(pending.after.number - 1, pending.first, pending.last)
                self.save(pending.after)
                return pending.after
        return found.state

    def save(self, state: State, pending: Pending | None = None) -> None:
        path = self.work / "journal.json"
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(_File(state, pending)))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        manifest.sync_folder(self.work)

    def keep(self, number: int, settled: Settled) -> None:
        """Lay a chunk's marks aside; the same chunk again writes the same."""
        for name, array in (
            ("derived", settled.derived), ("persons", np.sort(settled.persons)), ("marks", settled.marks),
        ):  # fmt: skip
            if array.size:
                fresh = self.work / f"{name}-{number}.new"
                with fresh.open("wb") as file:
                    np.save(file, array)
                fresh.replace(self.work / f"{name}-{number}.npy")

    def earlier(self, name: str, number: int) -> list[Path]:
        """The marks of the chunks before one."""
        paths = [self.work / f"{name}-{each}.npy" for each in range(number)]
        return [path for path in paths if path.exists()]

    def publish(self, number: int, first: int, last: int) -> None:
        """Tell the door which ids came in with a chunk."""
        path = self.work / f"marks-{number}.npy"
        if path.exists():
            name = f"{self.key[:16]}-{number}"
            imported.publish(self.folder, name, np.load(path).tobytes(), first, last)

    def gather(self) -> None:
        """One file for the door instead of one a chunk, so that it looks in few places."""
        name = self.key[:16]
        parts = sorted((self.folder / imported.FOLDER).glob(f"{name}-*.ids"))
        if len(parts) < 2 or sum(part.stat().st_size for part in parts) > MOST_GATHERED:
            return
        spans = [tuple(map(int, part.name.split(".")[1:3])) for part in parts]
        marks = np.sort(np.concatenate([np.fromfile(part, dtype=np.uint64) for part in parts]))
        first, last = min(span[0] for span in spans), max(span[1] for span in spans)
        imported.publish(self.folder, f"{name}+", marks.tobytes(), first, last)
        for part in parts:
            part.unlink()

    def persons(self, number: int) -> int:
        """How many different persons the chunks before one name."""
        found = np.zeros(0, dtype=np.uint64)
        for path in self.earlier("persons", number):
            found = np.union1d(found, np.load(path))
        return int(found.size)

    def clear(self) -> None:
        """The import is done; what is left of it lies in the segments."""
        shutil.rmtree(self.work, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.work.parent.rmdir()


def key_of(digest: str, kind: str, mapping: Mapping[str, str]) -> str:
    """One import: a file's content, read in one way."""
    text = f"{digest}\n{kind}\n" + "\n".join(f"{k}={v}" for k, v in sorted(mapping.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
