"""Properties kept as codes answer as their JSON does, whatever they hold; what is decoded is kept within bounds."""

import json

import duckdb
import numpy as np
import pytest

from loopline.core.insights import ir
from loopline.warehouse import coding, layout, segments
from loopline.warehouse.columns import Decoded
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.records import Event

HOUR = 3_600_000_000
SPAN = ir.Span(0, 400 * HOUR)
ODD = [
    "ads",
    "",
    "null",
    "true",
    True,
    False,
    None,
    1,
    1.0,
    1.5,
    "1",
    {"a": 1},
    [1, "b"],
    'quo"te',
    "naïve ☃",
    "~/",
]
NAMES = ["channel", "a/b~c", "$os", 'quo"ted', " "]


def events(count=300):
    """Each property takes each odd value and is missing at times; names and persons repeat."""
    for n in range(count):
        properties = {
            name: ODD[(n + shift) % len(ODD)] for shift, name in enumerate(NAMES) if (n + shift) % 7
        }
        if n % 5 == 0:
            properties["unlike"] = f"value {n}"
        text = b"[1]" if n % 50 == 49 else json.dumps(properties).encode()
        yield Event(f"e{n}", "AB"[n % 2], f"p{n % 11}", n * HOUR, n, text)


def questions():
    steps = (ir.Match("A"), ir.Match("B"))
    for name in (*NAMES, "unlike", "nowhere"):
        for touch in (
            ir.Attribution.FIRST_TOUCH,
            ir.Attribution.LAST_TOUCH,
            ir.Attribution.ALL_EVENTS,
        ):
            yield ir.Funnel(
                SPAN, steps=steps, breakdown=ir.Breakdown(name, attribution=touch, most=30)
            )
        for match in (ir.Match(None), ir.Match("A")):
            yield ir.Trend(SPAN, match=match, breakdown=ir.Breakdown(name, most=30))
            yield ir.Trend(
                SPAN, match=match, measure="people", breakdown=ir.Breakdown(name, most=3)
            )
        for op, value in (
            (ir.Op.EQ, "ads"), (ir.Op.NE, "ads"), (ir.Op.EQ, 1), (ir.Op.IN, ("1", 1.5)), (ir.Op.NOT_IN, (True, "")),
            (ir.Op.IS_SET, None), (ir.Op.IS_NOT_SET, None), (ir.Op.CONTAINS, "u"), (ir.Op.GT, 1), (ir.Op.LTE, "ads"),
            (ir.Op.REGEX, "^[a-n]"),
        ):  # fmt: skip
            where = (ir.Condition(name, op, value),)
            yield ir.Trend(SPAN, match=ir.Match("B", where))
            yield ir.Trend(SPAN, filters=where)
            yield ir.Funnel(SPAN, steps=(ir.Match("A", where), ir.Match("B")))


def test_codes_answer_as_the_json_does(tmp_path):
    given = list(events())
    segments.seal(tmp_path, given[:200], 1)
    segments.seal(tmp_path, given[200:], 2)
    with DuckEngine.open(tmp_path) as coded, DuckEngine(tail=given) as plain:
        assert [set(source.coded) for source in coded.store.sources] == [{*NAMES, "unlike"}] * 2
        assert [source.coded for source in plain.store.sources] == [{}]
        for question in questions():
            assert coded.answer(question) == plain.answer(question), question


def test_one_who_is_being_erased_is_in_no_code(tmp_path):
    given = list(events())
    segments.seal(tmp_path, given, 1)
    left = [event for event in given if event.distinct_id != "p3"]
    with (
        DuckEngine(segments.paths(tmp_path), erased=["p3"]) as coded,
        DuckEngine(tail=left) as plain,
    ):
        for question in list(questions())[::7]:
            assert coded.answer(question) == plain.answer(question), question


def test_a_segment_of_before_is_read_by_its_json(tmp_path, monkeypatch):
    given = list(events(100))
    encode = layout.encode
    monkeypatch.setattr(
        layout, "encode", lambda c, prefix="", **_: encode(c, prefix, properties=False)
    )
    segments.seal(tmp_path, given, 1)
    monkeypatch.undo()
    question = ir.Trend(SPAN, breakdown=ir.Breakdown("channel", most=30))
    with DuckEngine.open(tmp_path) as old, DuckEngine(tail=given) as plain:
        assert old.store.sources[0].coded == {}
        assert old.answer(question) == plain.answer(question)
    segments.seal(tmp_path, list(events())[100:], 2)
    segments.merge(tmp_path, [path.name for path in segments.paths(tmp_path)])
    with DuckEngine.open(tmp_path) as merged:
        assert "channel" in merged.store.sources[0].coded


def test_what_takes_too_many_values_stays_json(monkeypatch):
    monkeypatch.setattr(coding, "MANY", 10)
    with duckdb.connect() as connection:
        layout.open_raw(connection)
        layout.take(connection, events())
        assert coding.build(connection, "", ["channel", "$os"]) == []
        rows = connection.execute("select count(*) from raw").fetchone()
    assert rows == (300,)


@pytest.mark.parametrize("room", [0, 110, 10_000])
def test_what_is_decoded_takes_no_more_than_its_room(room):
    kept, made = Decoded(room), []

    def column(n):
        made.append(n)
        return (np.arange(5 + n),)

    for n in (1, 2, 1, 3, 4, 1):
        (found,) = kept.get((n,), lambda n=n: column(n))
        assert found.size == 5 + n
        with pytest.raises(ValueError, match="read-only"):
            found[0] = 1
        assert kept.taken <= room
    assert len(made) == {0: 6, 110: 5, 10_000: 4}[room]
