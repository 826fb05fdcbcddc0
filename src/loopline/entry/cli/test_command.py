"""`loopline test`: the whole suite; arguments go to pytest."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]


def missing() -> list[str]:
    """What is not on this machine, one line each, with how to get it."""
    lines = []
    if not (shutil.which("chromium") or os.environ.get("LOOPLINE_CHROMIUM")):
        lines.append("No chromium: browser tests skip. Debian: apt install chromium.")
    if not postgres_bin():
        lines.append("No PostgreSQL: its tests skip. Debian: apt install postgresql.")
    return lines


def postgres_bin() -> str | None:
    """The folder with initdb and pg_ctl."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return str(found[0].parent)
    initdb = shutil.which("initdb")
    return str(Path(initdb).parent) if initdb else None


def passthrough(argv: list[str]) -> int:
    """Run pytest; in parallel unless the caller says how. Answers its exit status."""
    if importlib.util.find_spec("pytest") is None:
        print(
            "The tests need the development tools: run this from a clone with ./loopline test.",
            file=sys.stderr,
        )
        return 1
    for line in missing():
        print(line, file=sys.stderr)
    own = any(a.startswith("-n") for a in argv)
    named = any((ROOT / a.split("::")[0]).exists() for a in argv if a and not a.startswith("-"))
    narrow = [] if own or named else ["-n", "2"]
    # A core that is done takes over half of what the other has left: most files stay together, and none waits long.
    spread = ["--dist", "worksteal"] if (own or narrow) else []
    command = [sys.executable, "-m", "pytest", *narrow, *spread, *argv]
    return subprocess.call(command, cwd=ROOT)  # noqa: S603  pytest with the caller's own arguments
