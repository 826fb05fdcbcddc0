"""verify finds what does not fit; doctor says what is wrong and what to do."""

import json
import sqlite3
from contextlib import closing

import pytest

TOKEN = ("token", "create", "--name", "x", "--role", "viewer")


def _change(home, sql):
    with closing(sqlite3.connect(home.path / "loopline.sqlite3")) as database:
        database.execute(sql)
        database.commit()


def _wrong(home, check):
    """The findings of one check; the command has to end with 1 and a sentence."""
    done = home.call("verify", "--json")
    assert done.returncode == 1
    assert "not fit" in done.stderr
    answer = json.loads(done.stdout)
    assert answer["ok"] is False
    return " ".join(answer["checks"][check])


def _said(home):
    answer = home.document("doctor")
    return answer, {check["name"]: check for check in answer["checks"]}


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("UPDATE audit_auditentry SET content = '{\"after\": {\"role\": \"owner\"}}' WHERE id = 2",
         "content was changed"),
        ("UPDATE audit_auditentry SET action = 'nothing.happened' WHERE id = 2", "chain breaks"),
        ("DELETE FROM audit_auditentry WHERE id = 2", "chain breaks"),
        ("DELETE FROM audit_auditentry WHERE id = (SELECT max(id) FROM audit_auditentry)", "cut off"),
    ],
)  # fmt: skip
def test_a_changed_audit_entry_is_found(home, harm, found):
    home.document(*TOKEN)
    home.document(*TOKEN)
    assert home.document("verify")["ok"] is True
    _change(home, harm)
    assert found in _wrong(home, "audit")


def test_a_row_that_points_nowhere_and_one_that_cannot_be_found_are_named(home):
    home.call_module("tests.operations.writing", "3").check_returncode()
    assert home.document("verify")["ok"] is True
    _change(home, "DELETE FROM search_searchrow WHERE object_type = 'feedback' AND object_id = 1")
    assert "1 objects of kind feedback are not in the search" in _wrong(home, "search")
    _change(home, "UPDATE feedback_feedback SET account_id = 999 WHERE id = 2")
    assert "feedback_feedback points to a row of customers_account" in _wrong(home, "database")


def test_a_broken_database_file_is_a_finding_and_no_crash(home):
    home.call_module("tests.operations.writing", "3").check_returncode()
    file = home.path / "loopline.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(file.read_bytes())
    data[len(data) // 3 : len(data) // 3 * 2] = b"\xaa" * (len(data) // 3)
    file.write_bytes(data)
    done = home.call("verify")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_doctor_reports_a_healthy_home_and_what_is_not_set(home):
    answer, said = _said(home)
    assert answer["pending_embeddings"] == 0
    assert [name for name, check in said.items() if not check["ok"]] == ["mail", "address"]
    assert "LOOPLINE_SMTP_URL" in said["mail"]["do"]


def test_doctor_names_dead_and_late_jobs_an_open_key_and_a_wrong_clock(home):
    job = "INSERT INTO jobs_job (queue, task, args, kwargs, state, priority, run_at, attempts, lease_token, worker, error, created_at) VALUES ('default', 't', '[]', '{}', '%s', 0, '2020-01-01', 1, '', '', '', '2020-01-01')"  # noqa: E501
    _change(home, job % "dead")
    _change(home, job % "ready")
    _change(
        home,
        "UPDATE audit_auditentry SET at = '2999-01-01 00:00:00' WHERE id = (SELECT max(id) FROM audit_auditentry)",
    )
    (home.path / "secret_key").chmod(0o644)
    _, said = _said(home)
    wrong = {name for name, check in said.items() if not check["ok"]}
    assert wrong == {"dead letters", "worker", "clock", "secret key", "mail", "address"}
    assert "chmod 600" in said["secret key"]["do"]


def test_doctor_speaks_where_there_are_no_tables_yet(another):
    answer, said = _said(another())
    assert answer["ok"] is False
    assert said["tables"]["ok"] is False


def test_a_restore_without_the_key_names_what_to_connect_anew(home, another, tmp_path):
    home.call_module("tests.operations.hooking").check_returncode()
    bare, whole = tmp_path / "bare.tar.gz", tmp_path / "whole.tar.gz"
    home.document("backup", str(bare))
    home.document("backup", "--with-key", str(whole))
    first, second = another("first"), another("second")
    assert first.document("restore", str(bare))["reconnect"] == ["webhook https://hooks.example/in"]
    _, said = _said(first)
    assert "https://hooks.example/in" in said["credentials"]["says"]
    assert second.document("restore", str(whole))["reconnect"] == []
    _, said = _said(second)
    assert said["credentials"]["ok"] is True
