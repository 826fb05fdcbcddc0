"""A file is taken in chunks: bounded in memory, each with the place where the next begins."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import duckdb
import msgspec
import numpy as np

from loopline.warehouse.records import Fact

BYTES = 24 << 20  # of text in one chunk
MOST_BAD = 500  # bad rows that are kept with their reason
Bad = list[tuple[int, str]]


class Position(msgspec.Struct, frozen=True):
    """Where a chunk begins: which part, how many bytes (rows of Parquet) into it, on which line.

    `skipping`: inside a line that is too long, which ends somewhere after.
    """

    part: int = 0
    offset: int = 0
    line: int = 1
    skipping: bool = False


@dataclass(slots=True)
class Loaded:
    """What a chunk put into the table `judged`. `lines` gives the line of each `n`; `rows` counts what was read,

    `bad` what could not even be put into the table. `after` is None at the end of the file.
    """

    rows: int
    lines: np.ndarray
    after: Position | None
    bad: Bad = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    bare: bool = False
    """Whether facts are still to be told from the columns of `judged`."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a reader needs beside the file: a folder of its own, the time, and the arrival of the first row."""

    work: Path
    now: int
    base: int


class Reader(Protocol):
    """Reads one file. `load` may be called again for the same place, and gives the same rows."""

    @property
    def size(self) -> int:
        """Bytes (rows of Parquet) of the whole file."""

    def files(self) -> Iterable[Path]:
        """Files that DuckDB may open while this file is read."""

    def load(self, connection: duckdb.DuckDBPyConnection, at: Position, setting: Setting) -> Loaded:
        """Make `judged` of the chunk at a place. Raises Invalid where the file is broken."""

    def done(self) -> int:
        """How much of `size` was read."""

    def close(self) -> None: ...
