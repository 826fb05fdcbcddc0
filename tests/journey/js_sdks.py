"""Node's packages as the lock names them, installed once for each lock; and what is missing, in one line."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parent / "js"
_NONE = "No Node.js here. Debian: apt install nodejs npm."
_OFFLINE = "The packages of tests/journey/js cannot be had: npm ci failed."


def _npm_ci(folder: Path) -> bool:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    return subprocess.run(command, cwd=folder, check=False, timeout=300).returncode == 0


def installed() -> Path:
    """The folder with node_modules. Skips the test where Node or the registry is not there, but not on CI."""
    lock = (SOURCE / "package-lock.json").read_bytes()
    folder = Path(tempfile.gettempdir()) / f"loopline-js-{hashlib.sha256(lock).hexdigest()[:12]}"
    missing = shutil.which("node") is None or shutil.which("npm") is None
    if not missing and not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SOURCE, folder)
        missing = not _npm_ci(folder)
        if not missing:
            (folder / "ready").touch()
    if missing:
        why = _OFFLINE if shutil.which("npm") else _NONE
        if os.environ.get("LOOPLINE_CI"):
            pytest.fail(why)
        pytest.skip(why)
    for script in SOURCE.glob("*.mjs"):
        shutil.copy(script, folder)
    return folder


def run(script: str, *args: str) -> Any:
    """Run a script to its end; what it printed."""
    done = subprocess.run(
        ["node", script, *args], cwd=installed(), capture_output=True, text=True, check=False, timeout=90
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])
