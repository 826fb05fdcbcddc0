"""Each import contract fails when somebody breaks it; a contract that never fails holds nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BREAKS = {
    "Six floors": ("core/text/tokens.py", "import loopline.platform.db.once"),
    "A slice looks back": ("slices/customers/rules.py", "import loopline.slices.roadmap.rules"),
    "Inside a slice": ("slices/feedback/models.py", "import loopline.slices.feedback.schemas"),
    "Platform packages": ("platform/db/once.py", "import loopline.platform.ui.formats"),
    "core and warehouse": ("core/text/tokens.py", "import django.db"),
    "No cycles": ("core/text/tokens.py", "import loopline.core.dedupe.light"),
    "Connectors do not know": (
        "connectors/gitlab/__init__.py",
        "import loopline.connectors.github.translate",
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    place = tmp_path_factory.mktemp("contracts")
    shutil.copytree(
        ROOT / "src",
        place / "src",
        ignore=shutil.ignore_patterns("__pycache__", "static", "templates"),
    )
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def lint(place):
    env = os.environ | {"PYTHONPATH": str(place / "src"), "LOOPLINE_TESTING": "1"}
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("contract", BREAKS)
def test_a_broken_contract_is_seen(copy, contract):
    name, line = BREAKS[contract]
    file = copy / "src" / "loopline" / name
    there = file.read_text() if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{there or ''}\n{line}\n")
    try:
        done = lint(copy)
    finally:
        if there is None:
            shutil.rmtree(file.parent)
        else:
            file.write_text(there)
    broken = [row for row in done.stdout.splitlines() if row.startswith(contract)]
    assert done.returncode != 0
    assert any("BROKEN" in row for row in broken), done.stdout[-1500:]
