"""How much disk product events take, and whether there is room for more."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from loopline.warehouse import manifest
from loopline.warehouse.tail import Tail

LEAST_BYTES, LEAST_SHARE = 1_000_000_000, 0.05  # free room on the disk


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes on disk of the tail and of the segments, how many events and segments there are, bytes still free."""

    tail_bytes: int
    segment_bytes: int
    events: int
    segments: int
    free_bytes: int


def disk(folder: Path) -> Disk:
    """What the events of a folder take. A folder that is not there yet takes nothing."""
    now = manifest.load(folder / "segments")
    files = [folder / f"tail.sqlite3{end}" for end in ("", "-wal", "-shm")]
    waiting = Tail(folder).waiting(now.mark)
    return Disk(
        tail_bytes=sum(_size(file) for file in files),
        segment_bytes=sum(_size(file) for file in (folder / "segments").glob("segment-*")),
        events=waiting + sum(entry.events for entry in now.segments),
        segments=len(now.segments),
        free_bytes=_usage(folder).free,
    )


def enough_room(folder: Path) -> str | None:
    """None, or a sentence where less than 1 GB or 5 % of the disk is free. Raises OSError where it cannot be told."""
    usage = _usage(folder)
    least = max(LEAST_BYTES, usage.total * LEAST_SHARE)
    if usage.free >= least:
        return None
    return (
        f"The disk is nearly full: {usage.free / 1e9:.1f} GB free of {usage.total / 1e9:.0f}."
        f" Events are not taken until {least / 1e9:.1f} GB are."
    )


def _usage(folder: Path) -> shutil._ntuple_diskusage:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
