"""The SQL page: run, drawn, saved with versions, downloaded; and where it asks."""

import pytest

from loopline.slices.insights.models import Report, ReportVersion
from loopline.slices.insights.views.sql_chart import drawn


@pytest.fixture
def client_of(stored, signed_in):
    stored(
        [
            ("signup", f"p{n % 4}", f"2026-11-{n + 1:02}T10:00", {"plan": ["pro", "free"][n % 2]})
            for n in range(12)
        ]
    )
    return signed_in


RUN = {"HX-Request": "true"}


def _run(client, sql, status=200):
    answer = client.post("/sql/run", {"sql": sql}, headers=RUN)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_editor_documents_what_can_be_named(client_of, cast):
    page = client_of(cast.bo).get("/sql").content.decode()
    for name in (
        "events",
        "people",
        "accounts",
        "companies",
        "feedback",
        "work_items",
        "metric_values",
    ):
        assert f'strong">{name}<' in page
    assert client_of(cast.ann).get("/sql").status_code == 403
    assert client_of(cast.ann).post("/sql/run", {"sql": "select 1"}).status_code == 403


def test_a_statement_runs_in_place_and_without_a_script(client_of, cast):
    client = client_of(cast.bo)
    said = _run(
        client,
        "select properties->>'plan' as plan, count(*) as n from events group by 1 order by 1",
    )
    assert "2 rows" in said.replace("\u00a0", " ")
    assert said.index(">free<") < said.index(">pro<")
    assert "<svg" in said
    assert "<html" not in said
    whole = client.post("/sql/run", {"sql": "select 41 + 1 as answer"}).content.decode()
    assert ">42<" in whole
    assert "<html" in whole


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select * from nowhere", "There is no view called nowhere"), ("drop table events", "Only a SELECT"),
        ("", "Write a SELECT"), ("select '<script>'", "&lt;script&gt;"), ("select 1 where false", "No row fits"),
        ("select * from range(20000)", "cut off"), ("selec 1", "Syntax error"),
    ],
)  # fmt: skip
def test_trouble_and_limits_are_said_in_place(client_of, cast, sql, says):
    said = _run(client_of(cast.bo), sql)
    assert says in said
    assert "<script>" not in said


def test_a_query_is_saved_and_each_change_is_a_version(client_of, cast):
    client = client_of(cast.bo)
    made = client.post(
        "/sql/save",
        {"sql": "select 1 as one", "name": "One", "says": "What is one?", "source": "loopline"},
    )
    key = int(made["Location"].split("=")[1])
    page = client.get(f"/sql?report={key}").content.decode()
    assert "select 1 as one" in page
    assert "What is one?" in page
    client.post("/sql/save", {"sql": "select 2 as two", "report": key, "note": "Two is better"})
    row = Report.objects.get(pk=key)
    assert (row.body["sql"], row.definition_version, row.kind) == ("select 2 as two", 2, "sql")
    assert ReportVersion.objects.filter(report=row).count() == 2
    page = client.get(f"/sql?report={key}").content.decode()
    assert "Two is better" in page
    assert "select%201%20as%20one" in page
    assert client.get(f"/reports/{key}")["Location"] == f"/sql?report={key}"
    client.post("/sql/save", {"sql": "select 3", "report": key, "as": "new", "name": "Three"})
    assert Report.objects.count() == 2
    refused = client.post("/sql/save", {"sql": "select 4", "name": ""})
    assert "select 4" in refused.content.decode()
    assert Report.objects.count() == 2
    assert client.get("/sql?report=999").status_code == 404
    assert client.get("/sql?report=x").status_code == 404


def test_the_csv_cannot_attack_a_spreadsheet(client_of, cast):
    said = client_of(cast.bo).post(
        "/sql.csv", {"sql": "select '=cmd()' as \"=a\", -5 as n, '-x' as x"}
    )
    assert said.content.decode().split() == ["'=a,n,x", "'=cmd(),-5,'-x"]
    assert client_of(cast.bo).get("/sql.csv").status_code == 404


def test_where_it_asks_is_for_admins(client_of, cast):
    assert client_of(cast.bo).get("/sql/sources").status_code == 403
    client = client_of(cast.ada)
    assert "No file lies there" in client.get("/sql/sources").content.decode()
    refused = client.post("/sql/sources", {"url": "mysql://nope"})
    assert refused.status_code == 422
    assert "postgresql://" in refused.content.decode()


def test_what_is_drawn():
    time, name, number = (
        {"name": n, "type": t} for n, t in (("day", "date"), ("plan", "varchar"), ("n", "bigint"))
    )
    assert "polyline" in drawn([time, number], [["2026-01-01", 1], ["2026-01-02", 3]])[0]
    assert "rect" in drawn([name, number], [["a", 1], ["b", 3]])[0]
    for columns, rows in (
        ([name, number], [["a", 1]]), ([name, name], [["a", "b"], ["c", "d"]]), ([number], [[1], [2]]),
        ([name, number], [["a", -1], ["b", 3]]), ([time, number], [["2026-01-01", 1], ["2026-01-01", 3]]),
        ([name, number], [[str(n), n] for n in range(99)]),
    ):  # fmt: skip
        assert drawn(columns, rows)[0] == ""
    assert drawn([name, number], [[None, None], ["b", 3]])[0]
