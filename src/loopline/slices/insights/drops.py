"""Parquet files somebody drops into `<home>/drops`: each is a view `drop_NAME` for SQL."""

import re
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

from loopline.core.insights.ir import BadQuestion
from loopline.platform.tables.registry import View

MOST_ROWS = 500_000  # of one file that can be asked about
MOST_BYTES = 256 << 20  # of one file
MOST_FILES = 100
PLAIN = re.compile(
    r"(VARCHAR|[A-Z]*INT[A-Z]*|DOUBLE|FLOAT|BOOLEAN|DATE|TIME|TIMESTAMP.*|DECIMAL.*|UUID)"
)


def folder() -> Path:
    """Where they are dropped; made by whoever drops the first."""
    return Path(settings.LOOPLINE_HOME.path) / "drops"


def name_of(file: Path) -> str:
    """The view's name: orders-2026.parquet is drop_orders_2026."""
    return "drop_" + re.sub(r"[^a-z0-9]+", "_", file.stem.lower()).strip("_")


class Drops:
    """The files there are now, as the registry asks for them."""

    prefix = "drop_"

    def views(self) -> list[View]:
        """One for each readable file; of two with one name the first."""
        found: dict[str, View] = {}
        for file in sorted(folder().glob("*.parquet"))[:MOST_FILES]:
            view = _view(file)
            if view:
                found.setdefault(view.name, view)
        return list(found.values())


def _view(file: Path) -> View | None:
    try:
        with closing(_opened()) as db:
            said = db.execute("describe select * from read_parquet(?)", [str(file)]).fetchall()
    except (duckdb.Error, OSError):
        return None  # half written, or no Parquet at all
    columns = tuple((str(c[0]), _type(str(c[1])), "") for c in said)
    return View(name_of(file), f"{file.name} of the drop folder", columns, lambda: _rows(file))


def _type(given: str) -> str:
    """What the view says of a column; lists and structures become JSON."""
    return given.lower() if PLAIN.fullmatch(given) else "json"


def _rows(file: Path) -> Iterable[tuple[Any, ...]]:
    if file.stat().st_size > MOST_BYTES:
        raise BadQuestion(
            f"{file.name} is larger than {MOST_BYTES >> 20} MB. Drop a smaller part of it."
        )
    try:
        with closing(_opened()) as db:
            rows = db.execute(
                f"select * from read_parquet(?) limit {MOST_ROWS + 1}", [str(file)]
            ).fetchall()
    except (duckdb.Error, OSError) as wrong:
        raise BadQuestion(f"{file.name} cannot be read. Drop it again when it is whole.") from wrong
    if len(rows) > MOST_ROWS:
        raise BadQuestion(
            f"{file.name} has more than {MOST_ROWS:,} rows. Drop a smaller part of it."
        )
    return rows


def _opened() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={"memory_limit": "512MB", "threads": 1, "autoload_known_extensions": "false"}
    )
