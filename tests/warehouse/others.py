"""How engines on other databases are compared with the brute force, whatever they run on."""

import json
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
from loopline.warehouse.records import Event, Fact
from tests.warehouse.asking import DAY, cells, questions, rounded
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
            question = data.draw(questions(base, kinds, whole=True))
            answer = engine.answer(question)
            assert rounded(answer) == rounded(plain.answer(question))
            found = list(cells(answer))
            if found:
                cell, number = data.draw(st.sampled_from(found))
                people = engine.people(question, cell)
                assert people == plain.people(question, cell)
                assert len(people) == number


# Every character there is, and those that end, escape or begin something somewhere more often.
TEXTS = st.text(
    st.one_of(
        st.sampled_from("'\"\\\\%$:?;{}[]()\n\t`~/.*é\ufffd\U0001f600-"),
        st.characters(codec="utf-8", exclude_characters="\x00"),
    ),
    max_size=8,
)


def hostile(filled, key, value, name):
    """Texts from outside in every place a question has for one."""
    base = 1_704_067_200 * ir.MICROSECONDS
    span = ir.Span(base, base + 9 * DAY)
    properties = json.dumps({key: value, "n": 1}).encode()
    events = [
        Event("1", name, "u1", base, 1, properties, account=value),
        Event("2", name + "x", "u2", base + 1, 2, b"{}"),
        Event("3", "B", value, base + 2, 3, properties),
    ]
    facts = [Fact("person", "u1", 1, properties=properties), Fact("member", "u2", 2, value)]
    plain, by = Reference(events, facts), ir.Breakdown(key, on=ir.On.PERSON)
    tests = [
        ir.Condition(key, op, (value,) if op in (ir.Op.IN, ir.Op.NOT_IN) else value, on)
        for op in (ir.Op.EQ, ir.Op.NE, ir.Op.NOT_IN, ir.Op.CONTAINS, ir.Op.LTE, ir.Op.IS_SET)
        for on in ir.On
    ]
    with filled(events, Identities(facts)) as engine:
        for test in tests:
            question = ir.Adoption(span, match=ir.Match(None, (test,)))
            assert rounded(engine.answer(question)) == rounded(plain.answer(question))
        steps = (ir.Match(name), ir.Match(name + "x"))
        for question in (
            ir.Funnel(span, steps=steps, order=ir.Order.UNORDERED, breakdown=by),
            ir.Trend(span, match=ir.Match(name), breakdown=ir.Breakdown(key)),
            ir.Paths(span, actor=ir.Actor.ACCOUNT, start=ir.Match(name)),
        ):
            answer = engine.answer(question)
            assert rounded(answer) == rounded(plain.answer(question))
            for cell, _ in cells(answer):
                assert engine.people(question, cell) == plain.people(question, cell)


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
