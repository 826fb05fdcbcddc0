"""Questions of the API answered by a database of LOOPLINE_EVENTS_URL: the same numbers, and as fresh."""

import json
from contextlib import suppress
from functools import cache
from importlib.util import find_spec

import psycopg
import pytest

from loopline.slices.insights import asking, jobs
from loopline.warehouse import erasing, manifest, sealing
from loopline.warehouse.desk import abroad
from loopline.warehouse.records import Fact
from tests import postgres
from tests.events import micros
from tests.warehouse.shim import serving

BASE = "/api/v1/insights/"
SPAN = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
STEPS = [{"event": "signup"}, {"event": "invite"}, {"event": "pay"}]
QUESTIONS = [
    ("funnel", {"steps": STEPS, "breakdown": {"property": "channel"}}),
    ("funnel", {"steps": STEPS, "order": "unordered", "actor": "account"}),
    (
        "retention",
        {"start": {"event": "signup"}, "return": {"event": "invite"}, "interval": "week"},
    ),
    ("trend", {"event": "pay", "measure": "sum:amount", "interval": "week"}),
]
ROWS = [
    ("signup", "a1", "2026-01-05T10:00", {"plan": "pro", "channel": "ads"}, "acme"),
    ("invite", "ann", "2026-01-06T10:00", {}, "acme"),
    ("pay", "ann", "2026-01-07T10:00", {"amount": 10.5}, "acme"),
    ("signup", "bea", "2026-01-05T11:00", {"plan": "it's \\ free", "channel": "ads"}, "acme"),
    ("invite", "bea", "2026-01-25T10:00"),
    ("signup", "cleo", "2026-01-12T11:00", {"plan": "pro", "channel": "word"}, "blue"),
    ("pay", "dan", "2026-01-20T11:00", {"amount": 30}, "blue"),
]
FACTS = [
    Fact("identify", "a1", micros("2026-01-05T10:30"), "ann"),
    Fact("member", "ann", micros("2026-01-05T10:00"), "acme", b"{}"),
]


@cache
def _server():
    return postgres.start()


@pytest.fixture(
    params=[
        pytest.param("postgresql", marks=pytest.mark.postgres),
        pytest.param("clickhouse", marks=pytest.mark.skipif(not find_spec("chdb"), reason="uv sync --group engines")),
    ]
)  # fmt: skip
def database(request):
    """The URL of an empty database, and the name answers give it."""
    if request.param == "postgresql":
        if postgres.bin_folder() is None:
            pytest.skip("Debian: apt install postgresql")
        with psycopg.connect(_server(), autocommit=True) as there:
            for table in ("events", "ids", "persons", "accounts", "shipped"):
                there.execute(f"drop table if exists loopline_{table}")
        yield _server(), "postgresql"
        return
    from tests.warehouse.test_clickhouse import embedded  # a process can have one

    for table in ("events", "ids", "persons", "accounts", "state"):
        embedded().command(f"drop table if exists loopline_{table}")
    with serving(embedded()._session) as (url, _):
        yield url, "clickhouse"


@pytest.fixture
def moved(settings, database):
    """Have questions answered by the database from now on; one connection a test."""

    def move():
        settings.LOOPLINE_EVENTS_URL = database[0]

    yield move
    if settings.LOOPLINE_EVENTS_URL:
        with suppress(AttributeError):
            asking.client().desk.abroad.close()


def _ask(client, token, path, body, status=200, role="viewer"):
    answer = client.post(
        BASE + path, json.dumps(body), content_type="application/json", headers=token(role)
    )
    assert answer.status_code == status, answer.content
    return answer.json()


def _all(client, token):
    """Every answer without how it was computed, and by what."""
    found, engines, counts = [], set(), set()
    for kind, body in QUESTIONS:
        said = _ask(client, token, kind, body | SPAN)
        computed = said.pop("computed_from")
        engines.add(computed["engine"])
        counts.add((computed["events"], computed["through"]))
        found.append(said)
    return found, engines, counts


def _seal():
    jobs.tend_events.func()


def test_the_same_answers_of_the_tail_of_segments_and_of_both(
    client, token, stored, settings, moved, database, db
):
    stored(ROWS[:4], FACTS)
    here = _all(client, token)
    assert here[1] == {"duckdb"}
    moved()
    assert _all(client, token) == (here[0], {database[1]}, here[2]), "the tail alone"
    sealing.tend(asking.folder(), now=micros("2026-03-01T00:00"), at_least=1)
    assert manifest.load(asking.folder() / "segments").segments
    assert _all(client, token) == (here[0], {database[1]}, here[2]), "sealed alone"
    stored(ROWS[4:])
    there = _all(client, token)
    settings.LOOPLINE_EVENTS_URL = ""
    here = _all(client, token)
    assert there == (here[0], {database[1]}, here[2]), "both"
    assert here[2] == {(7, "2026-01-25T10:00:00Z")}


def test_the_people_behind_a_cell_are_the_same(client, token, stored, settings, moved, db):
    stored(ROWS, FACTS)
    body = {"insight": "funnel", "query": QUESTIONS[0][1] | SPAN, "cell": {"step": 1}}
    here = _ask(client, token, "people", body, role="owner")
    moved()
    assert _ask(client, token, "people", body, role="owner") == here
    assert here["count"] == 3


def test_who_is_erased_is_gone_there_too(client, token, stored, settings, moved, db):
    stored(ROWS, FACTS)
    moved()
    before, _, _ = _all(client, token)
    erasing.erase(asking.folder(), ["bea"], now=micros("2026-03-01T00:00"))
    there, _, _ = _all(client, token)
    settings.LOOPLINE_EVENTS_URL = ""
    here, _, _ = _all(client, token)
    assert there == here != before


def test_a_database_that_is_gone_is_said_and_takes_nothing_down(
    client, token, stored, settings, db
):
    stored(ROWS, FACTS)
    settings.LOOPLINE_EVENTS_URL = "postgresql://nobody:s3cret@127.0.0.1:1/none"
    said = _ask(client, token, "funnel", QUESTIONS[0][1] | SPAN, status=503)
    assert "The database of LOOPLINE_EVENTS_URL does not answer" in said["detail"]
    assert "s3cret" not in said["detail"]
    assert _ask(client, token, "sql", {"sql": "select count(*) from events"}, role="owner")[
        "rows"
    ] == [[7]]
    _seal()
    assert abroad.state(asking.folder()).trouble.startswith("The database of LOOPLINE_EVENTS_URL")


def test_spark_is_refused_with_the_way_to_it(client, token, stored, settings, db):
    stored(ROWS)
    settings.LOOPLINE_EVENTS_URL = "spark://here:7077"
    said = _ask(client, token, "funnel", QUESTIONS[0][1] | SPAN, status=503)
    assert "spark.export writes sealed events as Parquet files" in said["detail"]
