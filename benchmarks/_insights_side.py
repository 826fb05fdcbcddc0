"""One side and one thing to do, in a process of its own: prints what it took as JSON.

`python -m benchmarks._insights_side build SIDE FOLDER EVENTS PERSONS` or `... ask SIDE FOLDER QUESTION`.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import _insights_data as data
from benchmarks._insights_sql import ASKED, Asked
from loopline.core.insights import answers
from loopline.warehouse.duck import DuckEngine

RUNS = 3


def _used() -> float:
    """CPU seconds of this process so far, user and system, all threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _timed(run: Callable[[], Any]) -> dict[str, Any]:
    """The best of three runs, what the first one took, and what it answered."""
    walls, cpus = [], []
    for _ in range(RUNS):
        began, used = time.perf_counter(), _used()
        found = run()
        walls.append(time.perf_counter() - began)
        cpus.append(_used() - used)
    first = {"first_wall": walls[0], "first_cpu": cpus[0]}
    return {"wall": min(walls), "cpu": min(cpus), "found": _essence(found)} | first


def _essence(found: Any) -> list[float]:
    """Numbers that must be the same on every side, whatever shape they came in."""
    match found:
        case answers.FunnelAnswer(steps, breakdown):
            rows = [[s.count for s in some] for _, some in breakdown] or [[s.count for s in steps]]
            return sorted(sum(row) for row in rows)
        case answers.RetentionAnswer(cohorts):
            return sorted(v for c in cohorts for v in c.values if v)
        case answers.ActivesAnswer(points):
            return sorted(p.value for p in points if p.value)
        case answers.TimeToValueAnswer():
            return [found.people, found.reached, round(found.p50_seconds or 0)]
        case answers.AdoptionAnswer():
            return [found.eligible, found.adopters]
    return list(found)


def _loopline(folder: Path, asked: Asked) -> dict[str, Any]:
    began, used = time.perf_counter(), _used()
    with DuckEngine.open(
        folder / "segments", threads=2, memory_limit="4GB", seconds=600.0
    ) as engine:
        opened = {"wall": time.perf_counter() - began, "cpu": _used() - used}
        return {"": _timed(lambda: engine.answer(asked.question)), "opened": opened}


def _rows(name: str, rows: list[Any]) -> list[float]:
    """Rows of SQL as `_essence` has them."""
    if name.startswith("funnel"):
        return sorted(sum(int(n) for n in row[1:]) for row in rows)
    if name == "time to value":
        (people, reached, shares), *_ = rows
        return [int(people), int(reached), round(float(shares[0]) / 1e6)]
    if name == "adoption":
        return [int(n) for n in rows[0]]
    if name.startswith("rolling"):  # days behind the span are not asked for
        rows = [row for row in rows if int(row[0]) < data.DAYS]
    return sorted(int(row[-1]) for row in rows if int(row[-1]))


def _duckdb(folder: Path, name: str, asked: Asked) -> dict[str, Any]:
    config = {"threads": 2, "memory_limit": "6GB"}
    path = str(folder / "plain.duckdb")
    with duckdb.connect(path, read_only=True, config=config) as connection:
        return {
            way: _timed(lambda sql=sql: _rows(name, connection.execute(sql).fetchall()))
            for way, sql in asked.duckdb.items()
        }


def _clickhouse(folder: Path, name: str, asked: Asked) -> dict[str, Any]:
    session = data.chdb(folder)

    def run(sql: str) -> list[float]:
        limited = f"{sql} settings max_threads = 2, output_format_json_quote_64bit_integers = 0"
        lines = session.query(limited, "JSONCompactEachRow").data().splitlines()
        return _rows(name, [json.loads(line) for line in lines])

    return {way: _timed(lambda sql=sql: run(sql)) for way, sql in asked.clickhouse.items()}


def main() -> None:
    verb, side, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if verb == "build":
        print(json.dumps(data.build(side, folder, int(sys.argv[4]), int(sys.argv[5]))))
        return
    name = sys.argv[4]
    asked = ASKED[name]
    match side:
        case "loopline":
            ways = _loopline(folder, asked)
        case "duckdb":
            ways = _duckdb(folder, name, asked)
        case _:
            ways = _clickhouse(folder, name, asked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ways": ways, "peak": peak}))


if __name__ == "__main__":
    main()
