"""What a file looks like before anything is done with it: its columns, how they are read, the first rows.

Pages ask for it, so DuckDB is not loaded here; Parquet is looked at in a process of its own, which may fall over.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from loopline.connectors.event_files import cutting
from loopline.connectors.event_files.fields import FIELDS
from loopline.connectors.event_files.sources import Source
from loopline.core.problems import Invalid
from loopline.core.tabular import mapping as columns
from loopline.platform.imports.registry import Preview

HEAD = 256 << 10
SHOWN = 5
PATIENCE = 30  # seconds
_LOOK = "loopline.connectors.event_files.parquet_look"


def _guessed(headers: tuple[str, ...], given: Mapping[str, str]) -> dict[str, str]:
    return {**columns.guess(headers, FIELDS), **given}


def look_csv(path: Path, name: str, given: Mapping[str, str]) -> Preview:
    """Columns and first rows of the first part. Raises Invalid."""
    source = Source(path, name)
    with source.opened(0) as stream, source.said(0):
        data = stream.read(HEAD)
    header = cutting.header(data)
    body = data[header.bytes :]
    read = cutting.records(
        body, 1, len(header.names), header.delimiter, final=len(data) < HEAD, most=SHOWN
    )
    rows = [tuple(cell[:200] for cell in row) for row in read.rows]
    return Preview(header.names, _guessed(header.names, given), rows, None)


def look_parquet(path: Path, name: str, given: Mapping[str, str]) -> Preview:
    """Columns, first rows and the number of rows. Raises Invalid."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", _LOOK, str(path), str(SHOWN)]
    try:
        made = subprocess.run(  # noqa: S603  our own module, and a path
            command, capture_output=True, timeout=PATIENCE, check=True, env=environment
        )
        found = json.loads(made.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise Invalid(file=f"{name} is not a Parquet file that can be read.") from None
    if "error" in found:
        raise Invalid(file=found["error"])
    headers = tuple(found["headers"])
    rows = [tuple(row) for row in found["rows"]]
    return Preview(headers, _guessed(headers, given), rows, found["total"])


def look_lines(path: Path, name: str, given: Mapping[str, str]) -> Preview:
    """An export's shape is known: there is nothing to map. Raises Invalid."""
    Source(path, name)
    return Preview((), {}, [], None)
