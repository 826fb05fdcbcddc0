"""A throw-away home, the commands run in it, and its processes, which can be killed with all they started."""

import atexit
import fcntl
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from loopline.entry.terminal import Failed

OWNER = "owner@drill.example"
# a folder several processes share, so that one makes the home all copy
_HOMES = "DRILL_HOMES"
_COMMAND = [sys.executable, "-c", "from loopline.entry.cli.main import main; main()"]
Process = subprocess.Popen[bytes]


def share(n: int) -> float:
    """The n-th of a row of numbers that fills 0..1 evenly: kills fall everywhere, each time alike."""
    return n * 0.6180339887498949 % 1


@cache
def _folder(name: str) -> str:
    """A folder that lives as long as this process."""
    folder = tempfile.mkdtemp(prefix=f"loopline-{name}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _bytecode() -> str:
    """Compiled modules, of whoever started this process or its own: an installed server has them too."""
    return os.environ.get("PYTHONPYCACHEPREFIX") or _folder("bytecode")


@dataclass(frozen=True)
class ThrowAway:
    """A home that no setting of this shell reaches: its own folder, its own database, its own key."""

    path: Path
    database_url: str = ""

    @property
    def env(self) -> dict[str, str]:
        ours = ("LOOPLINE_", "DJANGO_", "PYTHONDONTWRITEBYTECODE")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        return kept | {
            "LOOPLINE_HOME": str(self.path),
            "LOOPLINE_LOG": "ERROR",
            "LOOPLINE_DATABASE_URL": self.database_url,
            "PYTHONPYCACHEPREFIX": _bytecode(),
        }

    def call(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run one command of the product to its end."""
        return self._finish([*_COMMAND, *args])

    def call_module(self, module: str, *args: str) -> subprocess.CompletedProcess[str]:
        return self._finish([sys.executable, "-m", module, *args])

    def _finish(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  our own commands
            command, env=self.env, capture_output=True, text=True, check=False, timeout=300
        )

    def document(self, *args: str) -> Any:
        """The JSON document a command answers. Raises Failed where it ends with an error."""
        done = self.call(*args, "--json")
        if done.returncode:
            raise Failed(f"loopline {args[0]} failed: {done.stderr.strip()[-400:]}")
        return json.loads(done.stdout)

    def start(self, *args: str) -> Process:
        return self._start([*_COMMAND, *args])

    def start_module(self, module: str, *args: str) -> Process:
        return self._start([sys.executable, "-m", module, *args])

    def _start(self, command: list[str]) -> Process:
        with (self.path / "drill.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603  our own commands
                command, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read the database beside whoever writes it."""
        file = self.path / "loopline.sqlite3"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as reading:
            return reading.execute(sql).fetchall()

    def number(self, sql: str) -> int:
        return int(self.rows(sql)[0][0])


@cache
def _made() -> Path:
    """A home with an owner, made once; the others are copies of it."""
    shared = Path(os.environ.get(_HOMES) or _folder("made"))
    made, part = shared / "made", shared / "part"
    with (shared / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(mode=0o700)
            ThrowAway(part).document("init", "--owner-email", OWNER)
            part.rename(made)
    return made


def furnish(folder: Path) -> ThrowAway:
    """Make a home with an owner of this folder."""
    shutil.copytree(_made(), folder, dirs_exist_ok=True)
    return ThrowAway(folder)


@contextmanager
def throw_away() -> Iterator[ThrowAway]:
    """A home with an owner, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="loopline-drill-") as folder:
        yield furnish(Path(folder))


def _below(pid: int) -> Iterator[int]:
    """Every process under this one, by Linux' /proc; elsewhere the group alone is killed."""
    for file in Path("/proc").glob(f"{pid}/task/*/children"):
        try:
            children = [int(c) for c in file.read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from _below(child)


def kill(process: Process) -> None:
    """kill -9 for a process we started and everything below it, at once."""
    below = list(_below(process.pid))
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()
    for pid in below:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


def until(
    what: str, ready: Callable[[], bool], *, seconds: float = 60.0, every: float = 0.004
) -> float:
    """Wait until it holds; answers how long that took. Raises Failed."""
    began = time.monotonic()
    while not ready():
        if time.monotonic() - began > seconds:
            raise Failed(f"Waited {seconds:.0f} s in vain until {what}.")
        time.sleep(every)
    return time.monotonic() - began
