"""Which segments there are: one small JSON file, replaced whole. A file it does not name does not exist for readers."""

import contextlib
import os
import shutil
from pathlib import Path

import msgspec

NAME = "manifest.json"


class Entry(msgspec.Struct, frozen=True):
    """One sealed segment. Times are UTC microseconds, both ends inclusive; `bytes` and `sha256` are of the file."""

    file: str
    events: int
    first: int
    last: int
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """`mark`: how far the hot tail is sealed, in the tail's own numbering; readers take the tail behind it.

    `next` is the number of the next file, so that no name is ever used for two contents.
    """

    version: int = 1
    mark: int = 0
    next: int = 1
    segments: tuple[Entry, ...] = ()


def load(home: Path) -> Manifest:
    """The manifest of a folder; an empty one where there is none yet. Raises msgspec.DecodeError for a broken file."""
    try:
        return msgspec.json.decode((home / NAME).read_bytes(), type=Manifest)
    except FileNotFoundError:
        return Manifest()


def switch(home: Path, manifest: Manifest) -> None:
    """Replace the manifest at once and durably: after a crash there is the old one or the new one."""
    replace(home, NAME, msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def replace(home: Path, name: str, data: bytes) -> None:
    """Replace a small file at once and durably."""
    temporary = home / f"{name}.new"
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(home / name)
    sync_folder(home)


def sync_folder(home: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(home, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(home: Path, manifest: Manifest) -> list[str]:
    """Delete segment files the manifest does not name: what an unfinished seal or merge left. Their names."""
    kept = {entry.file for entry in manifest.segments}
    gone = []
    for path in sorted(home.glob("segment-*")):
        if path.name not in kept:
            with contextlib.suppress(FileNotFoundError):
                if path.is_dir():  # where a build that was cut short put what memory did not hold
                    shutil.rmtree(path)
                else:
                    path.unlink()
                gone.append(path.name)
    return gone
