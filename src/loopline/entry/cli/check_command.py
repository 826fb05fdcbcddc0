"""`loopline check`: what CI runs, step by step; stops at nothing, says what failed."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from loopline.entry.terminal import Failed, say

ROOT = Path(__file__).resolve().parents[4]
BIN = Path(sys.executable).parent


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-tests", action="store_true", help="everything but the tests")


def steps(tests: bool) -> list[tuple[str, list[str], dict[str, str]]]:
    """(name, command, extra environment)."""
    quiet = {"LOOPLINE_TESTING": "1", "LOOPLINE_HOME": "/tmp/loopline-check"}  # noqa: S108
    found = [
        ("format", [str(BIN / "ruff"), "format", "--check", "."], {}),
        ("lint", [str(BIN / "ruff"), "check", "."], {}),
        ("types", [str(BIN / "mypy")], {}),
        ("imports", [str(BIN / "lint-imports")], quiet),
        (
            "migrations",
            [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"],
            quiet | {"DJANGO_SETTINGS_MODULE": "loopline.entry.settings"},
        ),
    ]
    if tests:
        found.append(("tests", [sys.executable, "-m", "loopline.entry.cli.main", "test"], {}))
    return found


def run(args: argparse.Namespace) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for name, command, extra in steps(not args.no_tests):
        started = time.monotonic()
        code = subprocess.call(command, cwd=ROOT, env={**os.environ, **extra}, stdout=sys.stderr)  # noqa: S603
        took = round(time.monotonic() - started, 1)
        results[name] = {"ok": code == 0, "seconds": took}
        say(f"{'ok  ' if code == 0 else 'FAIL'}  {name}  {took} s")
    bad = [n for n, r in results.items() if not r["ok"]]
    if bad:
        raise Failed(f"Not green: {', '.join(bad)}.")
    return results
