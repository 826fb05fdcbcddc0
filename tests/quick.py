"""A process that has the libraries loaded and forks for each command, so that a command does not load them again.

What is forked has the environment, the arguments and the streams of a command of its own, and reads the settings and
every model itself. That commands start from nothing is shown by the drills and by every server the tests start.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from loopline.entry.drills.rig import ThrowAway, furnish

__all__ = ["Quick", "furnish"]
LIBRARIES = (
    "cryptography.fernet", "django.contrib.auth.hashers", "django.core.management", "django.db.backends.sqlite3.base",
    "django.db.migrations.executor", "django.forms", "django.http", "django.template.backends.django", "django.urls",
    "duckdb", "httpx", "jinja2", "numpy.typing", "psycopg", "pydantic", "snowballstemmer", "yaml",
)  # fmt: skip


class _Forks:
    """The process, asked over its pipes; one command at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.quick"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1],
            env={k: v for k, v in os.environ.items() if not k.startswith(("LOOPLINE_", "DJANGO_"))},
        )  # fmt: skip

    def run(self, args: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        with self.lock, tempfile.TemporaryDirectory(prefix="loopline-fork-") as folder:
            asked = {"args": args, "env": env, "folder": folder, "cwd": os.getcwd()}
            print(json.dumps(asked), file=self.process.stdin, flush=True)
            status = int(self.process.stdout.readline())
            out, err = (Path(folder, name).read_text() for name in ("out", "err"))
            return subprocess.CompletedProcess(args, status, out, err)


@cache
def _forks() -> _Forks:
    return _Forks()


@dataclass(frozen=True)
class Quick(ThrowAway):
    """A throw-away home whose commands start in a tenth of the time; its processes are real ones."""

    def call(self, *args: str) -> subprocess.CompletedProcess[str]:
        return _forks().run(list(args), self.env)


def _command(asked: dict) -> None:
    """In the forked process: become the command."""
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{asked['folder']}/{name}", os.O_WRONLY | os.O_CREAT), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    sys.argv = ["loopline", *asked["args"]]
    from loopline.entry.cli.main import main

    main()


def serve() -> None:
    """Load, and answer each line of standard input with the exit status of the command it names."""
    import gc
    from importlib import import_module

    for name in LIBRARIES:
        import_module(name)
    gc.freeze()
    asks, answers = sys.stdin, sys.stdout
    while line := asks.readline():
        child = os.fork()
        if child == 0:
            _command(json.loads(line))
            sys.exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


if __name__ == "__main__":
    serve()
