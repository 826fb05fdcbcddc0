"""The same on PostgreSQL: dumped on one snapshot while somebody writes, and brought back."""

import subprocess
from pathlib import Path

import pytest

from loopline.entry.drills.rig import ThrowAway
from tests import postgres
from tests.quick import Quick

pytestmark = pytest.mark.postgres
_SQL = "SELECT count(*) FROM feedback_feedback"


@pytest.fixture(scope="module")
def server():
    if postgres.bin_folder() is None:
        pytest.skip("No PostgreSQL here.")
    return postgres.start()


def _sql(url, statement):
    """What psql answers."""
    command = [f"{postgres.bin_folder()}/psql", url, "-tAc", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def make(server, tmp_path):
    def home(name: str) -> ThrowAway:
        _sql(server, f"DROP DATABASE IF EXISTS {name}")
        _sql(server, f"CREATE DATABASE {name}")
        folder = Path(tmp_path / name)
        folder.mkdir()
        return Quick(folder, server.replace("/postgres?", f"/{name}?"))

    return home


def test_a_copy_taken_while_somebody_writes_comes_back_whole(make, tmp_path):
    old, new, file = make("old"), make("new"), tmp_path / "copy.tar.gz"
    old.document("init", "--owner-email", "o@example.com")
    writer = old.start_module("tests.operations.writing", "100000")
    try:
        while (before := int(_sql(old.database_url, _SQL))) < 20:
            assert writer.poll() is None
        manifest = old.document("backup", str(file))
        after = int(_sql(old.database_url, _SQL))
    finally:
        writer.kill()
        writer.wait()
    assert before <= manifest["counts"]["feedback.Feedback"] < after
    new.document("restore", str(file))
    assert int(_sql(new.database_url, _SQL)) == manifest["counts"]["feedback.Feedback"]
    assert new.document("verify")["ok"] is True
    again = new.call("restore", str(file))
    assert again.returncode == 1
    assert "is not empty" in again.stderr
    other = Quick(tmp_path / "sqlite")
    other.path.mkdir()
    refused = other.call("restore", str(file))
    assert refused.returncode == 1
    assert "LOOPLINE_DATABASE_URL" in refused.stderr
