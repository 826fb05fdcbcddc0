"""The desk as a process of its own: found or started on demand, limited, cancelled, gone when idle; and its SQL."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Client

import duckdb
import pytest

from loopline.core.insights import ir
from loopline.warehouse.desk import server, sql
from loopline.warehouse.desk.at_hand import DeskAtHand
from loopline.warehouse.desk.client import DeskClient, DeskError, address_of
from loopline.warehouse.desk.messages import Sql, encoded, raw
from loopline.warehouse.records import Fact
from loopline.warehouse.store import OutOfTime
from tests.events import keep, micros

SPAN = ir.Span(micros("2026-01-01"), micros("2026-02-01"))
FUNNEL = ir.Funnel(span=SPAN, steps=(ir.Match("signup"), ir.Match("invite")))
SERVE = (
    "import sys; from pathlib import Path; from loopline.warehouse.desk.server import serve;"
    "serve(Path(sys.argv[1]), sys.argv[4], idle=float(sys.argv[2]), parent=int(sys.argv[3]))"
)
LONG = "select count(*) from range(100000000) a(x), range(100000) b(y) where x + y = 1"


@pytest.fixture
def folder(tmp_path):
    rows = [
        ("signup", f"p{n}", f"2026-01-{n % 28 + 1:02}T10:00", {"plan": "pro"}) for n in range(30)
    ]
    rows += [("invite", f"p{n}", f"2026-01-{n % 28 + 1:02}T11:00") for n in range(0, 30, 3)]
    at = micros("2026-01-01")
    facts = [
        Fact("person", "p1", at, "", b'{"email": "p1@acme.example"}'),
        Fact("member", "p1", at, "acme", b"{}"),
    ]
    keep(tmp_path / "events", rows, facts)
    return tmp_path / "events"


@pytest.fixture
def client(folder):
    made = _client(folder)
    yield made
    made.stop()


def _client(folder, idle=60.0, parent=0):
    command = [sys.executable, "-c", SERVE, str(folder), str(idle), str(parent)]
    return DeskClient(folder, command, {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})


def test_the_first_who_asks_starts_it_and_all_share_it(client, folder):
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: client.answer(FUNNEL)[0], range(12)))
    assert {a.steps[0].count for a in answers} == {30}
    assert {a.steps[1].count for a in answers} == {10}
    other = DeskClient(folder)  # has no command: it finds the one that runs
    assert other.answer(FUNNEL)[0] == answers[0]
    found = other.people(FUNNEL, ir.Cell(step=1), ir.Cell(step=2), limit=3)
    assert (found.count, len(found.items)) == (20, 3)


def test_a_second_one_on_the_same_folder_goes_away_at_once(client, folder):
    client.answer(FUNNEL)
    began = time.monotonic()
    server.serve(folder, address_of(folder) + "x")
    assert time.monotonic() - began < 5
    assert client.answer(FUNNEL)[0].steps[0].count == 30


def test_new_events_are_seen_within_five_seconds(client, folder):
    client.answer(FUNNEL)
    keep(folder, [("signup", "new", "2026-01-30T10:00")])
    end = time.monotonic() + 5
    while client.answer(FUNNEL)[0].steps[0].count == 30:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_it_ends_when_nobody_asks_and_comes_back(folder):
    client = _client(folder, idle=0.5)
    try:
        client.answer(FUNNEL)
        child = client._child
        assert child.wait(20) == 0
        assert client.answer(FUNNEL)[0].steps[0].count == 30
    finally:
        client.stop()


def test_it_ends_with_the_process_it_belongs_to(folder):
    parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    client = _client(folder, parent=parent.pid)
    try:
        client.answer(FUNNEL)
        parent.kill()
        parent.wait()
        assert client._child.wait(20) == 0
    finally:
        client.stop()


def test_a_kill_costs_one_answer_at_most(client):
    client.answer(FUNNEL)
    client._child.kill()
    client._child.wait()
    assert client.answer(FUNNEL)[0].steps[0].count == 30


def test_at_most_two_run_and_eight_wait_and_more_are_told_so(client):
    client.answer(FUNNEL)
    said = []

    def ask():
        try:
            client.sql(LONG, seconds=3)
        except DeskError as refused:
            said.append(refused.kind)

    threads = [threading.Thread(target=ask) for _ in range(14)]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    began = time.monotonic()
    assert client.look("names")  # looks do not wait behind questions
    assert time.monotonic() - began < 3
    for thread in threads:
        thread.join(60)
    assert said.count("busy") == 4
    assert said.count("late") == 10


def test_who_hangs_up_is_not_worked_for(client, folder):
    client.answer(FUNNEL)
    began = time.monotonic()
    for _ in range(2):
        with Client(address_of(folder), "AF_UNIX") as connection:
            connection.send_bytes(encoded(Sql(LONG, seconds=60)))
            time.sleep(0.3)
    client.sql("select 1", seconds=5)
    assert time.monotonic() - began < 10  # the two were cancelled, not waited for


@pytest.fixture
def at_hand(folder):
    return DeskAtHand(folder)


def test_sql_over_events_people_and_accounts(at_hand):
    table, how = at_hand.sql(
        "select event, count(*) as n from events group by event order by n desc"
    )
    assert table.columns == [("event", "varchar"), ("n", "bigint")]
    assert table.rows == [["signup", 30], ["invite", 10]]
    assert how.events == 40
    joined = at_hand.sql(
        "with pro as (select * from events e where e.properties->>'plan' = 'pro')"
        " select p.account, p.properties->>'email', count(*) from pro join people p using (person)"
        " where p.account is not null group by all"
    )
    assert joined[0].rows == [["acme", "p1@acme.example", 1]]
    assert at_hand.sql("select account from accounts")[0].rows == [["acme"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write a SELECT"),
        ("drop table events", "Only a SELECT"),
        ("insert into events values (1)", "Only a SELECT"),
        ("set threads = 9", "Only a SELECT"),
        ("attach 'x' as y", "Only a SELECT"),
        ("copy events to '/tmp/x'", "Only a SELECT"),
        ("install httpfs", "Only a SELECT"),
        ("select 1; drop table x", "Only a SELECT"),
        ("select 1; select 2", "one SELECT"),
        ("select * from '/etc/passwd'", "no view called"),
        ("select * from read_text('/etc/passwd')", "read_text cannot"),
        ("select * from read_csv_auto('http://127.0.0.1/x')", "cannot be used"),
        ("select * from glob('/*')", "glob cannot"),
        ("select * from duckdb_settings()", "cannot be used"),
        ("select * from query('select 1')", "cannot be used"),
        ("select * from query_table('groups')", "cannot be used"),
        ("select * from s0.wide", "without a schema"),
        ("select * from memory.main.people", "without a schema"),
        ("select * from information_schema.tables", "without a schema"),
        ("select * from groups", "no view called"),
        ("with groups as (select 1) select * from groups", "another name"),
        ("with events as (select 1) select * from events", "another name"),
        ("show tables", "Only a SELECT"),
        ("describe select 1", "Only a SELECT"),
        ("summarize events", "Only a SELECT"),
        ("pivot events on event", "Only a SELECT"),
        ("select nothing from events", "nothing"),
        ("select (select * from people", "yntax error"),
    ],
)
def test_nothing_else_can_be_run(at_hand, text, said):
    with pytest.raises(DeskError, match=said) as refused:
        at_hand.sql(text)
    assert refused.value.kind == "bad"
    assert at_hand.sql("select count(*) from events")[0].rows == [[40]]


def test_rows_and_bytes_of_a_result_are_limited(at_hand):
    table, _ = at_hand.sql("select * from range(100) t(x)", limit=10)
    assert (len(table.rows), table.more) == (10, True)
    with pytest.raises(DeskError, match="24 MB"):
        at_hand.sql("select repeat('x', 100000) from range(1000) t(x)")
    with pytest.raises(DeskError) as large:
        at_hand.sql("select list(x) from range(400000000) t(x)")
    assert large.value.kind in ("large", "late")


def test_looks_page_and_search(at_hand):
    found = at_hand.look("persons", search="acme", limit=5)
    assert [p["person"] for p in found["items"]] == ["p1"]
    assert at_hand.look("persons", limit=7, offset=25)["count"] == 30
    assert at_hand.look("person", person="nobody") is None
    assert [e["event"] for e in at_hand.look("timeline", person="p0")] == ["invite", "signup"]
    assert at_hand.look("values", property="plan") == [["pro", 30]]
    with pytest.raises(DeskError):
        at_hand.look("secrets")


def test_a_home_without_events_answers(tmp_path):
    empty = DeskAtHand(tmp_path / "events")
    assert empty.answer(FUNNEL)[0].steps[0].count == 0
    assert empty.look("names") == []
    assert empty.look("persons")["count"] == 0
    assert empty.sql("select * from events")[0].rows == []


def test_the_same_answer_computed_twice_takes_room_once(folder):
    desk = DeskAtHand(folder).desk
    request, reply = encoded(Sql("select 1")), server.Reply(raw([1] * 500))
    place = desk.shelf.place()
    desk._remember(place, request, reply)
    once = desk._size
    for _ in range(50):
        desk._remember(place, request, reply)
    assert once > 500
    assert desk._size == once
    assert len(desk._kept) == 1


def test_a_place_stays_small_however_many_segments_there_are(folder):
    shelf = DeskAtHand(folder).desk.shelf
    shelf.segments.mkdir(exist_ok=True)
    (shelf.segments / "manifest.json").write_text("x" * 100_000)
    before = shelf.place()
    (shelf.segments / "manifest.json").write_text("x" * 99_999 + "y")
    assert shelf.place() != before
    assert len(before[0]) < 100


@pytest.mark.parametrize("cut", range(1, 9))
def test_sql_answers_after_its_views_were_cut_short_while_made(folder, monkeypatch, cut):
    desk = DeskAtHand(folder)
    with desk.desk.shelf.engine() as (_, engine):
        store, calls = engine.store, iter(range(1, 100))

        class Cut:
            def execute(self, *given):
                if next(calls) == cut:
                    raise duckdb.InterruptException("Interrupted!")
                return kept.execute(*given)

            def __getattr__(self, name):
                return getattr(kept, name)

        kept, store.connection = store.connection, Cut()
        with pytest.raises(OutOfTime), store.limited():
            sql.select(store, "select 1", 10)
        store.connection = kept
    assert desk.sql("select count(*) from events")[0].rows == [[40]]
