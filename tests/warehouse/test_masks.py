"""Periods as bits of a word, against sets of (actor, period) in plain Python; and the way without words beside it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopline.core.insights import ir, masks
from loopline.warehouse import habits
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.records import Event
from tests.warehouse.asking import DAY, cells
from tests.warehouse.test_duck import DEEP

PEOPLE = 9
COUNTS = (1, 8, 9, 16, 17, 33, 62, 63)


@settings(max_examples=100 * DEEP, deadline=None)
@given(st.data(), st.sampled_from(COUNTS), st.booleans())
def test_words_count_what_sets_count(data, count, or_after):
    pair = st.tuples(st.integers(0, PEOPLE - 1), st.integers(-1, count))
    started, back = (data.draw(st.lists(pair, max_size=20)) for _ in range(2))
    words = [
        masks.words(
            np.array([a for a, _ in some], dtype=np.int64),
            np.array([b for _, b in some], dtype=np.int64),
            count,
            PEOPLE,
        )
        for some in (started, back)
    ]
    table = masks.returned(*words, count, count + 2, or_after=or_after)
    assert masks.sizes(words[0], count).tolist() == [
        len({a for a, b in started if b == cohort}) for cohort in range(count)
    ]
    inside = {(a, b) for a, b in back if 0 <= b < count}
    for cohort in {0, count // 2, count - 1}:
        begun = {a for a, b in started if b == cohort}
        for k in range(count + 2):
            if or_after:
                expected = begun if k == 0 else {a for a, b in inside if b >= cohort + k} & begun
            else:
                expected = {a for a, b in inside if b == cohort + k} & begun
            found = masks.who_returned(*words, cohort, k, or_after=or_after)
            assert set(np.flatnonzero(found).tolist()) == expected
            assert table[cohort, k] == len(expected)


@pytest.mark.parametrize("anchor", ["recurring", "first_match", "first_ever"])
@pytest.mark.parametrize("or_after", [False, True])
@pytest.mark.parametrize("days", [1, 62, 63, 64])
def test_words_and_searches_agree_around_the_most_a_word_holds(monkeypatch, days, or_after, anchor):
    places = np.random.default_rng(7).integers(0, 70, size=(400, 2))
    events = [
        Event(f"e{n}", "AB"[n % 2], f"p{who % 40}", int(day) * DAY, n)
        for n, (who, day) in enumerate(places.tolist())
    ]
    question = ir.Retention(
        ir.Span(3 * DAY, (3 + days) * DAY),
        start=ir.Match("A"),
        back=ir.Match("A" if days == 62 else "B"),
        interval=ir.Interval.DAY,
        periods=days,
        on_or_after=or_after,
        anchor=anchor,
    )
    with DuckEngine(tail=events) as engine:
        answer = engine.answer(question)
        assert habits._fits(question, days) == (days <= 63)
        assert not habits._fits(replace(question, rolling=True), days)
        asked = [*cells(answer)][:: max(1, days)]
        assert all(len(engine.people(question, cell)) == number for cell, number in asked)
        monkeypatch.setattr(masks, "MOST", 0)
        assert engine.answer(question) == answer
