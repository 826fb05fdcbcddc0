"""Prints the columns, first rows and length of a Parquet file as JSON: run as a process of its own."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from loopline.connectors.event_files.judging import UNREADABLE, lock, quoted
from loopline.connectors.event_files.parquet_files import ParquetFile
from loopline.core.problems import Invalid

_ANY = {"event": "=x", "time": "=0", "person": "=x"}


def look(path: Path, shown: int) -> dict[str, Any]:
    """{headers, rows, total}, or {error}."""
    try:
        file = ParquetFile(path, _ANY)
        with (
            tempfile.TemporaryDirectory() as made,
            duckdb.connect(config={"memory_limit": "200MB", "temp_directory": made}) as connection,
        ):
            lock(connection, [file.path])
            found = connection.execute(
                f"select columns(*)::varchar from read_parquet({quoted(str(file.path))}, hive_partitioning = false)"
                f" limit {shown}"
            ).fetchall()
    except Invalid as wrong:
        return {"error": wrong.sentence}
    except UNREADABLE:
        return {"error": "The file is not Parquet that can be read."}
    rows = [["" if cell is None else str(cell)[:200] for cell in row] for row in found]
    return {"headers": list(file.types), "rows": rows, "total": file.size}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(look(Path(sys.argv[1]), int(sys.argv[2]))))
