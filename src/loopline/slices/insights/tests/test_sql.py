"""SQL over the house's views, dropped files and a real PostgreSQL of the company."""

import contextlib
import socket
from types import SimpleNamespace

import duckdb
import psycopg
import pytest

from loopline.core.problems import Invalid, Missing, NotAllowed, Problem, TooMany
from loopline.platform.egress.errors import Refused
from loopline.slices.customers.services import save_account
from loopline.slices.insights import company, drops, services
from loopline.slices.insights.models import Warehouse
from tests import postgres


def _run(actor, text, source="loopline", limit=100):
    return services.run_sql(actor=actor, text=text, source=source, limit=limit)


def test_the_products_objects_stand_beside_the_events(stored, cast, now):
    stored(
        [
            ("signup", "ann", "2026-11-01T10:00", {}, "tarn.example"),
            ("signup", "bo", "2026-11-02T10:00"),
        ]
    )
    save_account(
        actor=cast.bo, changes={"name": "Tarn", "domain": "tarn.example", "arr": 1200}, now=now
    )
    said = _run(
        cast.bo,
        "select c.name, c.arr, count(*) as n from events e join companies c on c.domain = e.account group by 1, 2",
    )
    assert said["rows"] == [["Tarn", 1200.0, 1]]
    assert [c["name"] for c in said["columns"]] == ["name", "arr", "n"]


VIEWS = [
    "companies", "contacts", "decisions", "feedback", "opportunities", "asks", "bets", "work_items", "releases",
    "release_items", "metrics", "metric_values",
]  # fmt: skip


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_is_as_documented(name, stored, cast):
    from loopline.platform.tables.registry import views

    stored()
    said = _run(cast.bo, f"select * from {name}")
    view = next(v for v in views() if v.name == name)
    assert [c["name"] for c in said["columns"]] == [c[0] for c in view.columns]
    assert all(c[2] for c in view.columns)


@pytest.fixture
def drop(settings, tmp_path):
    settings.LOOPLINE_HOME = SimpleNamespace(path=tmp_path)
    (tmp_path / "drops").mkdir()
    return tmp_path / "drops"


def test_dropped_files_are_views(drop, stored, cast, monkeypatch):
    stored()
    db = duckdb.connect()
    db.execute(
        "copy (select range as n, 'r' || range as name, [range] as list, now() as at from range(7))"
        f" to '{drop}/Orders-2026.parquet'"
    )
    (drop / "broken.parquet").write_bytes(b"PAR1 no")
    said = _run(cast.bo, "select sum(n), max(name), max(list->>0) from drop_orders_2026")
    assert said["rows"] == [[21.0, "r6", "6"]] or said["rows"] == [[21, "r6", "6"]]
    with pytest.raises(Invalid, match="no view called drop_broken"):
        _run(cast.bo, "select * from drop_broken")
    monkeypatch.setattr(drops, "MOST_ROWS", 5)
    with pytest.raises(Invalid, match="more than 5 rows"):
        _run(cast.bo, "select * from drop_orders_2026")
    with pytest.raises(Invalid):
        _run(cast.bo, f"select * from read_parquet('{drop}/Orders-2026.parquet')")


def test_a_columns_name_in_a_dropped_file_is_only_a_name(drop, stored, cast):
    stored([("signup", "ann", "2026-11-01T10:00")])
    name = 'a" int); create or replace view asked.events as select 42 as pwned; --'
    quoted = name.replace('"', '""')
    duckdb.connect().execute(f"copy (select 1 as \"{quoted}\") to '{drop}/x.parquet'")
    said = _run(cast.bo, "select * from drop_x")
    assert ([c["name"] for c in said["columns"]], said["rows"]) == ([name], [[1]])
    assert _run(cast.bo, "select person from events")["rows"] == [["ann"]]


@pytest.fixture(scope="module")
def server():
    if postgres.bin_folder() is None:
        pytest.skip("No PostgreSQL here. Debian: apt install postgresql.")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    url = postgres.start(port)
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(
            "create table orders (id int, customer text, amount numeric(10,2), at timestamptz, raw jsonb)"
        )
        db.execute("create sequence numbers")
        db.execute(
            "insert into orders select n, 'c' || n % 3, n * 1.5, '2026-11-01Z'::timestamptz + n * interval '1 hour',"
            " jsonb_build_object('n', n) from generate_series(1, 5000) n"
        )
    return url


@pytest.fixture
def connected(server, cast, now, monkeypatch):
    monkeypatch.setenv("LOOPLINE_EGRESS_ALLOW", "127.0.0.0/8")
    services.connect_warehouse(actor=cast.ada, url=server, now=now)
    return server


def test_large_rows_of_the_warehouse_are_not_taken_in_together(connected, cast):
    import tracemalloc

    tracemalloc.start()
    with pytest.raises(Invalid, match="24 MB"):
        _run(cast.bo, "select repeat('x', 9000000) from generate_series(1, 300)", "warehouse")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 << 20
    assert _run(cast.bo, "select 1 as one", "warehouse")["rows"] == [[1]]
    none = _run(cast.bo, "select id from orders where id < 0", "warehouse")
    assert (none["rows"], [c["name"] for c in none["columns"]]) == ([], ["id"])


def test_a_slow_warehouse_leaves_threads_to_pages(connected, cast):
    held = company._AT_ONCE
    with held.entered(), held.entered(), pytest.raises(TooMany, match="under way"):
        _run(cast.bo, "select 1", "warehouse")
    assert _run(cast.bo, "select 1", "warehouse")["rows"] == [[1]]


def test_the_companys_warehouse_answers_within_limits(connected, cast):
    said = _run(
        cast.bo,
        "select customer, sum(amount) as total, min(at) from orders group by 1 order by 1;",
        "warehouse",
    )
    assert [r[0] for r in said["rows"]] == ["c0", "c1", "c2"]
    assert sum(r[1] for r in said["rows"]) == pytest.approx(5000 * 5001 / 2 * 1.5)
    assert (said["more"], said["computed_from"]["engine"]) == (False, "postgresql")
    some = _run(cast.bo, "select id, raw from orders order by id -- the first", "warehouse", 10)
    assert (len(some["rows"]), some["more"], some["rows"][0]) == (10, True, [1, '{"n": 1}'])
    assert _run(cast.bo, "select * from orders where false", "warehouse")["rows"] == []
    assert ("orders", "customer", "text") in company.tables(connected)


WRONG = [
    ("delete from orders", "Only a SELECT"),
    ("insert into orders values (0)", "Only a SELECT"),
    ("drop table orders", "Only a SELECT"),
    ("copy orders to '/tmp/x'", "Only a SELECT"),
    ("select 1; drop table orders", "one SELECT"),
    ("commit", "Syntax error"),
    ("with gone as (delete from orders returning id) select * from gone", "Only a SELECT|modifying"),
    ("select setval('x', 1)", "not exist"),
    ("select nothing from orders", "nothing"),
    ("", "Write a SELECT"),
    ("select '\x00'", "cannot be sent"),
    ("select nextval('numbers')", "read-only"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_nothing_in_it_can_be_changed(connected, cast, text, says):
    with pytest.raises(Invalid, match=says):
        _run(cast.bo, text, "warehouse")
    with psycopg.connect(connected) as db:
        assert db.execute("select count(*) from orders").fetchone()[0] == 5000


def test_what_functions_do_is_rolled_back(connected, cast):
    with contextlib.suppress(Invalid):  # newer servers refuse it themselves
        _run(cast.bo, "select lo_create(0)", "warehouse")
    with psycopg.connect(connected) as db:
        assert db.execute("select count(*) from pg_largeobject_metadata").fetchone()[0] == 0


def test_long_and_large_statements_are_stopped(connected, monkeypatch):
    with pytest.raises(Invalid, match="longer than 1 s"):
        company.select(connected, "select pg_sleep(20)", 10, seconds=1)
    lifted = "select set_config('statement_timeout', '0', false), pg_sleep(20)"
    with pytest.raises(Invalid, match="longer than 1 s"):
        company.select(connected, lifted, 10, seconds=1)
    monkeypatch.setattr(company, "MOST_BYTES", 10_000)
    with pytest.raises(Invalid, match="larger"):
        company.select(connected, "select repeat('x', 1000) from orders", 5000)


def test_where_it_is_stays_sealed_and_private_addresses_closed(server, cast, now, monkeypatch):
    monkeypatch.delenv("LOOPLINE_EGRESS_ALLOW", raising=False)
    with pytest.raises(Refused):
        services.connect_warehouse(actor=cast.ada, url=server, now=now)
    monkeypatch.setenv("LOOPLINE_EGRESS_ALLOW", "127.0.0.0/8")
    with pytest.raises(NotAllowed):
        services.connect_warehouse(actor=cast.bo, url=server, now=now)
    secret = server.replace("loopline@", "loopline:swordfish@")
    services.connect_warehouse(actor=cast.ada, url=secret, now=now)
    from loopline.platform.audit.models import AuditEntry
    from loopline.platform.db import rows

    assert "swordfish" not in str(rows("select * from insights_warehouse"))
    assert "swordfish" not in str(list(AuditEntry.objects.values()))
    assert Warehouse.objects.get().url == secret
    monkeypatch.delenv("LOOPLINE_EGRESS_ALLOW")
    with pytest.raises(Refused):
        _run(cast.bo, "select 1", "warehouse")
    services.let_warehouse_go(actor=cast.ada, now=now)
    with pytest.raises(Missing):
        _run(cast.bo, "select 1", "warehouse")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://a@b/c", "postgresql://host/db", "postgresql://u@host", "postgresql://u@host:99999/db",
        "postgresql://u@/db?host=/var/run", "postgresql://u@h/db?options=-c%20x", "postgresql://u@h/db?sslmode=no", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_taken(url, cast, now):
    with pytest.raises(Invalid):
        services.connect_warehouse(actor=cast.ada, url=url, now=now)


def test_a_server_that_is_not_there(cast, now, monkeypatch):
    monkeypatch.setenv("LOOPLINE_EGRESS_ALLOW", "127.0.0.0/8")
    with pytest.raises(Problem, match="does not let us in"):
        services.connect_warehouse(actor=cast.ada, url="postgresql://u@127.0.0.1:1/db", now=now)


def test_who_read_how_many_rows_is_kept(cast, stored, now):
    from loopline.platform.audit.queries import history

    stored([("signup", "ann", now), ("signup", "bea", now)])
    services.run_sql(actor=cast.bo, text="select person from events")
    last = history("sql", 0, 5)[0]
    assert (last.action, last.actor_name, last.after["rows"]) == ("sql.ran", "Bo Decider", 2)
    assert "events" not in str(last.after)
