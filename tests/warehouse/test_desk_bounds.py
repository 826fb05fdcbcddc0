"""What SQL can neither name nor take: names that leave their WITH, functions that tell of the machine, memory, time."""

import os
import sys
import time

import pytest

from loopline.warehouse.desk.at_hand import DeskAtHand
from loopline.warehouse.desk.client import DeskClient, DeskError
from tests.events import keep

SERVE = (
    "import sys; from pathlib import Path; from loopline.warehouse.desk import bounds, server;"
    "bounds.GRACE = 0.5; hold = bounds.hold_memory; bounds.hold_memory = lambda: hold({most} << 20);"
    "server.serve(Path(sys.argv[1]), sys.argv[2], idle=60)"
)
LIST = "select len(range(150000000))"  # made in one step, which nothing stops


@pytest.fixture
def folder(tmp_path):
    keep(tmp_path / "events", [("signup", "p1", "2026-01-05T10:00")])
    return tmp_path / "events"


@pytest.fixture
def desk(folder):
    made = []

    def start(most):
        command = [sys.executable, "-c", SERVE.format(most=most), str(folder)]
        made.append(
            DeskClient(folder, command, {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        )
        return made[0]

    yield start
    for one in made:
        one.stop()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select * from sqlite_master, (with sqlite_master as (select 1) select 1)", "another name"),
        ("select * from duckdb_columns, (with DuckDB_Columns as (select 1) select 1)", "another name"),
        ("select * from pg_class where 1 in (with pg_class as (select 1) select 1)", "another name"),
        ("select * from zzz, (with zzz as (select 1) select 1)", "does not exist"),
        ("select current_setting('secret_directory')", "current_setting cannot be used"),
        ("select main.Current_Setting('home_directory')", "current_setting cannot be used"),
        ("select json_serialize_plan('select * from duckdb_settings')", "cannot be used"),
        ("select write_log('x')", "cannot be used"),
        ("select 1 where getvariable('x') is null", "cannot be used"),
    ],
)  # fmt: skip
def test_nothing_beside_the_views_is_told(folder, text, said):
    with pytest.raises(DeskError, match=said) as refused:
        DeskAtHand(folder).sql(text)
    assert refused.value.kind == "bad"


def test_parts_of_with_are_named_freely(folder):
    text = "with columns as (select event from events), tables as (select * from columns) select * from tables"
    assert DeskAtHand(folder).sql(text)[0].rows == [["signup"]]


def test_a_text_of_gigabytes_is_refused_and_the_desk_lives_on(desk):
    client = desk(1_000)
    client.sql("select 1")
    pid = client._child.pid
    with pytest.raises(DeskError) as large:
        client.sql("select length(repeat('x', 2000000000))", seconds=20)
    assert large.value.kind == "large"
    assert client.sql("select count(*) from events")[0].rows == [[1]]
    assert client._child.pid == pid


def test_a_question_that_cannot_be_stopped_ends_its_desk_and_the_next_asker_has_another(desk):
    client = desk(4_000)
    client.sql("select 1")
    pid = client._child.pid
    began = time.monotonic()
    with pytest.raises(DeskError) as gone:
        client.sql(LIST, seconds=0.2)
    assert gone.value.kind in ("closed", "late")
    assert time.monotonic() - began < 30
    assert client.sql("select count(*) from events")[0].rows == [[1]]
    assert client._child.pid != pid or gone.value.kind == "late"
