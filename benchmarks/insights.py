"""Insights over generated events: Loopline beside ClickHouse (chdb) and plain DuckDB SQL, in one run.

`./loopline bench insights [--events N] [--persons N]`, 10,000,000 and a tenth as many persons where not given: 30 event
names by Zipf (exponent 1.1), 180 days, one JSON property in five events. Each side does each thing in a process of its
own with two threads: the best of three runs, after opening, and the first, with nothing decoded yet. CPU is user and
system time of all its threads; memory the peak of the process, programs and all. Of several ways to say a question in
SQL the one with least CPU counts.
ClickHouse needs `uv sync --group engines`; without it that side is left out.
"""

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._home import ROOT
from benchmarks._insights_sql import ASKED

SIDES = ("loopline", "clickhouse", "duckdb")
Found = dict[str, Any]


def _child(*words: object) -> Found:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks._insights_side", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, words))} failed:\n{done.stderr[-3000:]}")
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def _best(found: Found) -> tuple[str, Found]:
    ways = {way: took for way, took in found["ways"].items() if way != "opened"}
    return min(ways.items(), key=lambda item: float(item[1]["cpu"]))


def _compared(name: str, folder: Path, sides: list[str]) -> dict[str, float]:
    """Print one question's lines; CPU of each side, by the best run."""
    took: dict[str, float] = {}
    said: dict[str, object] = {}
    print(name)
    for side in sides:
        found = _child("ask", side, folder, name)
        way, best = _best(found)
        took[side], said[side] = best["cpu"], best["found"]
        for other, each in found["ways"].items():
            if other != "opened" and each["found"] != said["loopline"]:
                print(f"    {side}, {other}: answers differ from Loopline's")
        ratio = best["cpu"] / took["loopline"]
        print(
            f"  {side:11} {best['cpu']:8.3f} CPU s {best['wall']:8.3f} s wall  x{ratio:5.1f}"
            f"  first {best['first_cpu']:.3f} CPU s, {best['first_wall']:.3f} s wall {found['peak']:7,.0f} MB  {way}",
            flush=True,
        )
        for other, each in found["ways"].items():
            if other not in (way, "opened"):
                print(f"  {'':11} {each['cpu']:8.3f} CPU s {each['wall']:8.3f} s wall  {other}")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(prog="loopline bench insights")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--persons", type=int)
    parser.add_argument("--only", help="questions whose name has this word")
    parser.add_argument("--folder", type=Path, help="keep the data here, and take it where it is")
    asked = parser.parse_args()
    persons = asked.persons or max(1, asked.events // 10)
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="loopline-bench-insights-"))
    folder.mkdir(parents=True, exist_ok=True)
    sides = [side for side in SIDES if side != "clickhouse" or importlib.util.find_spec("chdb")]
    try:
        _prepare(folder, sides, asked.events, persons)
        load = os.getloadavg()[0]
        print(f"two threads a side, best of three; load of the machine {load:.1f}\n")
        totals = dict.fromkeys(sides, 0.0)
        for name in ASKED:
            if not asked.only or asked.only in name:
                for side, cpu in _compared(name, folder, sides).items():
                    totals[side] += cpu
        if not totals["loopline"]:
            return
        ratios = ", ".join(
            f"{side} {cpu:.2f} (x{cpu / totals['loopline']:.1f})" for side, cpu in totals.items()
        )
        print(f"\nCPU seconds of all: {ratios}")
    finally:
        if asked.folder is None:
            shutil.rmtree(folder)


def _prepare(folder: Path, sides: list[str], events: int, persons: int) -> None:
    """Build what is not there; DuckDB's table before ClickHouse's, which is filled from it."""
    notes = folder / "built.json"
    built: Found = json.loads(notes.read_text()) if notes.exists() else {}
    for side in sorted(sides, key=("loopline", "duckdb", "clickhouse").index):
        if built.get(side, {}).get("events") != events:
            built[side] = {**_child("build", side, folder, events, persons), "events": events}
            notes.write_text(json.dumps(built))
    print(f"{events:,} events, {persons:,} persons; bytes an event on disk:")
    for side in sides:
        sizes = ", ".join(f"{name} {size:.1f}" for name, size in built[side]["sizes"].items())
        print(f"  {side:11} {sizes}; built in {built[side]['seconds']:.0f} s")


if __name__ == "__main__":
    main()
