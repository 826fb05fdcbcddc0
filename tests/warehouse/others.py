"""How engines on other databases are compared with the brute force, whatever they run on."""

from contextlib import contextmanager
from functools import cache

import duckdb
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from loopline.core.insights import ir
from loopline.warehouse.identity import Identities
from loopline.warehouse.portable import layout
from loopline.warehouse.portable.dialects import DuckDb
from loopline.warehouse.portable.engine import PortableEngine
from tests.warehouse.asking import cells, questions, rounded
from tests.warehouse.brute_periods import Reference

FUNNELS = (ir.Funnel,)
REST = (
    ir.Retention,
    ir.Trend,
    ir.Actives,
    ir.Stickiness,
    ir.Lifecycle,
    ir.TimeToValue,
    ir.Adoption,
    ir.Paths,
)
quick = settings(deadline=None, suppress_health_check=list(HealthCheck))


def agree(filled, case, kinds, data, count):
    """`filled(events, identities)` is a context that gives an engine over them."""
    events, facts, base = case
    plain = Reference(events, facts)
    with filled(events, Identities(facts)) as engine:
        for _ in range(count):
            question = data.draw(questions(base, kinds))
            answer = engine.answer(question)
            assert rounded(answer) == rounded(plain.answer(question))
            found = list(cells(answer))
            if found:
                cell, number = data.draw(st.sampled_from(found))
                people = engine.people(question, cell)
                assert people == plain.people(question, cell)
                assert len(people) == number


def emptied(execute, identities, events):
    """Fill the four tables anew through `execute(sql, rows or None)`."""
    rows = {"events": list(layout.event_rows(events)), **layout.people_rows(identities)}
    for table, some in rows.items():
        execute(f"delete from loopline_{table}", None)
        if some:
            execute(f"insert into loopline_{table} values ", some)


@cache
def connection():
    made = duckdb.connect(config={"threads": 1})
    for statement in layout.create("loopline_", "varchar"):
        made.execute(statement)
    return made


@contextmanager
def duck(events, identities):
    def fill(sql, rows):
        if rows is None:
            connection().execute(sql)
        else:
            marks = ", ".join("?" for _ in rows[0])
            connection().executemany(f"{sql} ({marks})", rows)

    emptied(fill, identities, events)
    yield PortableEngine(
        DuckDb(), lambda sql, values: connection().execute(sql, dict(values)).fetchall()
    )
