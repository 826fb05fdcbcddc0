"""Trends counted in SQL equal those worked out over rows, and the brute force, also where the two ways part."""

import dataclasses

import pytest

from loopline.core.insights import ir
from loopline.warehouse import segments, tallies
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.identity import Identities
from loopline.warehouse.records import Event, Fact
from tests.warehouse.asking import DAY, HOUR, rounded
from tests.warehouse.brute_periods import Reference

MARCH = 1_711_324_800 * ir.MICROSECONDS  # the week in which Berlin's clocks go forward, 2024-03-25
SPAN = ir.Span(MARCH + HOUR, MARCH + 20 * DAY, "Europe/Berlin")
NUMBERS = ("1", "2.5", "-3", '"4"', "null", "0.1")
BERLIN = ir.Trend(SPAN, match=ir.Match("A"), breakdown=ir.Breakdown("c", most=3))


def history(numbers=NUMBERS):
    return [
        Event(
            f"e{n:03}",
            "AAB"[n % 3],
            ("", "p1", "p2", "gone")[n % 4],
            MARCH + n * 5 * HOUR + (n % 3 - 1),
            n,
            b"{}"
            if n % 11 == 0
            else f'{{"c":"c{n % (2 + n % 4)}","n":{numbers[n % len(numbers)]}}}'.encode(),
        )
        for n in range(100)
    ]


def questions():
    for measure in ("count", "sum:n", "avg:n", "p50:n", "p90:n"):
        for interval in ir.Interval:
            for most in (None, 2, 9):
                yield dataclasses.replace(
                    BERLIN,
                    measure=measure,
                    interval=interval,
                    match=ir.Match(None if most == 9 else "A"),
                    breakdown=most and ir.Breakdown("c", most=most),
                )


def engine(tmp_path, events, facts=()):
    segments.seal(tmp_path, events[:40], 1)
    segments.seal(tmp_path, events[40:70], 2)
    return DuckEngine.open(tmp_path, lambda mark: events[70:], Identities(facts))


def test_counting_in_sql_equals_rows_and_the_brute_force(tmp_path, monkeypatch):
    events, facts = history(), [Fact("identify", "gone", 1, "p1")]
    plain, counted = Reference(events, facts), []
    tally = tallies.tally
    with engine(tmp_path, events, facts) as duck:
        for question in questions():
            with monkeypatch.context() as patch:
                patch.setattr(
                    tallies, "tally", lambda *asked: counted.append(tally(*asked)) or counted[-1]
                )
                answer = rounded(duck.answer(question))
            assert answer == rounded(plain.answer(question)), question
            with monkeypatch.context() as patch:
                patch.setattr(tallies, "tally", lambda *asked: None)
                assert answer == rounded(duck.answer(question)), question
    assert len(counted) == 45
    assert all(counted)


def test_a_count_of_people_is_the_people(tmp_path):
    question = dataclasses.replace(BERLIN, measure="people", interval=ir.Interval.WEEK)
    with engine(tmp_path, history()) as duck:
        answer = duck.answer(question)
        for series in answer.series:
            for point in series.points:
                cell = ir.Cell(at=point.at, split=True, value=series.value)
                assert len(duck.people(question, cell)) == point.value


@pytest.mark.parametrize(
    "change",
    [
        {"actor": ir.Actor.ACCOUNT},
        {"among": frozenset({"p1"})},
        {"without": frozenset({"p1"})},
        {"filters": (ir.Condition("plan", ir.Op.EQ, "pro", ir.On.PERSON),)},
        {"breakdown": ir.Breakdown("plan", on=ir.On.PERSON)},
        {"span": ir.Span(MARCH, MARCH)},
        # Six years of months are more than 64 runs of one length.
        {
            "span": ir.Span(MARCH, MARCH + 3000 * DAY, "Europe/Berlin"),
            "interval": ir.Interval.MONTH,
        },
    ],
)
def test_what_needs_rows_is_left_to_rows(tmp_path, monkeypatch, change):
    events, found = history(), []
    question = dataclasses.replace(BERLIN, **change)
    tally = tallies.tally
    monkeypatch.setattr(tallies, "tally", lambda *asked: found.append(tally(*asked)) or found[-1])
    with engine(tmp_path, events) as duck:
        assert rounded(duck.answer(question)) == rounded(Reference(events, []).answer(question))
    assert found == [None]


@pytest.mark.parametrize("measure", ["count", "sum:n", "avg:n", "p50:n"])
def test_endless_and_huge_numbers_are_worked_out_over_rows(tmp_path, monkeypatch, measure):
    events = history(("1e999", "1e308", "1.7e308", "NaN", "2"))
    question = dataclasses.replace(BERLIN, measure=measure)
    with engine(tmp_path, events) as duck:
        answer = repr(duck.answer(question))
        monkeypatch.setattr(tallies, "tally", lambda *asked: None)
        assert answer == repr(duck.answer(question))


def test_a_broken_pattern_is_the_askers_mistake(tmp_path):
    test = ir.Condition("c", ir.Op.REGEX, "(")
    with engine(tmp_path, history()) as duck, pytest.raises(ir.BadQuestion, match="no pattern"):
        duck.answer(dataclasses.replace(BERLIN, match=ir.Match("A", (test,))))
