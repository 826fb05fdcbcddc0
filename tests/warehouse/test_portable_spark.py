"""Portable window SQL on a real Spark: a master and two workers, one question of each kind and more of funnels."""

import tempfile
from functools import cache
from itertools import batched
from pathlib import Path

import pytest

from loopline.core.insights import ir
from loopline.warehouse import segments
from loopline.warehouse.identity import Identities
from loopline.warehouse.portable.spark import engine as over
from loopline.warehouse.portable.spark import export
from loopline.warehouse.records import Event, Fact
from tests import spark
from tests.warehouse.asking import DAY, HOUR, cells, rounded
from tests.warehouse.brute_periods import Reference

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not spark.there(), reason=spark.MISSING),
]
BASE = 1_711_846_800 * ir.MICROSECONDS  # an hour after the clocks changed in Berlin
PROPERTIES = (
    b'{"plan":"pro","n":3}',
    b'{"plan":"it\'s :v0 \\"$\\"","n":"10","odd/~key$.x\'":"v"}',
    b'{"plan":null,"n":2.5}',
    b'{"plan":true,"n":10}',
)
EVENTS = [
    Event(
        f"e{n}",
        "ABCX"[n * 7 % 4 if n % 5 else 0],
        ("u1", "u2", "a1", "o'brien")[n % 4],
        BASE + (n * 5 % 40) * HOUR + (n // 9) * DAY,
        n,
        PROPERTIES[n * 3 % 4],
        account=("", "acme", "globex")[n % 3],
    )
    for n in range(60)
]
FACTS = [
    Fact("identify", "a1", 1, "u1"),
    Fact("member", "u2", 2, "acme"),
    Fact("person", "u1", 3, properties=b'{"plan":"free","n":7}'),
    Fact("account", "acme", 4, properties=b'{"plan":"pro","n":1}'),
]
SPAN = ir.Span(BASE, BASE + 9 * DAY, "Europe/Berlin")
A, B, C = map(ir.Match, "ABC")
PRO = ir.Match("A", (ir.Condition("plan", ir.Op.REGEX, "^p.o$"),))
BIG = (ir.Condition("n", ir.Op.GTE, 2.5),)
ACME = (ir.Condition("plan", ir.Op.EQ, "pro", ir.On.ACCOUNT),)
QUOTED = (ir.Condition("plan", ir.Op.NE, 'it\'s :v0 "$"'),)
CASES = {
    "trend": ir.Trend(SPAN, match=A, measure="p50:n", breakdown=ir.Breakdown("plan", most=2)),
    "people": ir.Trend(SPAN, QUOTED, match=B, measure="people", interval=ir.Interval.WEEK),
    "retention": ir.Retention(SPAN, start=A, back=B, interval=ir.Interval.DAY, periods=4),
    "rolling": ir.Retention(SPAN, ACME, start=A, back=C, interval=ir.Interval.DAY, periods=3, rolling=True,
                            on_or_after=True, anchor="first_match"),
    "actives": ir.Actives(SPAN, match=A, rolling_days=3),
    "stickiness": ir.Stickiness(SPAN, actor=ir.Actor.ACCOUNT),
    "lifecycle": ir.Lifecycle(ir.Span(BASE + 3 * DAY, SPAN.end, SPAN.zone), match=B, interval=ir.Interval.DAY),
    "time to value": ir.TimeToValue(SPAN, BIG, start=PRO, value=C),
    "adoption": ir.Adoption(SPAN, match=C, eligible=ir.Match(None), uses=4),
    "paths": ir.Paths(SPAN, start=A, gap=DAY, steps=3),
    "funnel": ir.Funnel(SPAN, steps=(A, B, A), breakdown=ir.Breakdown("plan"), window=3 * DAY),
    "excluded": ir.Funnel(SPAN, steps=(A, B, C), exclude=(ir.Exclusion(ir.Match("X")),)),
    "any order": ir.Funnel(SPAN, steps=(A, ir.Match(None), C), order=ir.Order.UNORDERED, window=DAY),
    "held": ir.Funnel(SPAN, steps=(A, B), hold=("plan",), ties=ir.Ties.GRACE_2S, interval=ir.Interval.WEEK, window=DAY,
                      among=frozenset({"a1", "u2"}), without=frozenset({"o'brien"})),
    "strict": ir.Funnel(SPAN, steps=(A, B), order=ir.Order.STRICT,
                        breakdown=ir.Breakdown("n", ir.Attribution.ALL_EVENTS, most=1)),
}  # fmt: skip


@cache
def engine():
    """Over sealed segments, exported."""
    folder = Path(tempfile.mkdtemp(prefix="loopline-spark-tables-"))
    for number, some in enumerate(batched(EVENTS, 40), 1):
        segments.seal(folder / "segments", some, number)
    for _ in range(2):  # the second time there is nothing left to write
        files = export(folder / "segments", Identities(FACTS), folder / "exported")
        assert len(files) == 5
    return over(spark.session(spark.start()), folder / "exported")


@pytest.mark.parametrize("name", CASES)
def test_spark_says_what_the_brute_force_says(name):
    question, plain = CASES[name], Reference(EVENTS, FACTS)
    answer = engine().answer(question)
    assert rounded(answer) == rounded(plain.answer(question))
    cell, count = next((each for each in cells(answer) if each[1]), (None, 0))
    if name != "trend" and name != "people":
        assert count, "a case without anybody shows nothing"
    if cell:
        assert engine().people(question, cell) == plain.people(question, cell)
