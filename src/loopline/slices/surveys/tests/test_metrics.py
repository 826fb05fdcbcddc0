"""Surveys' scores as metrics, and their answers as rows for SQL."""

import pytest

from loopline.platform.identity.actor import Actor
from loopline.slices.surveys import facts, services
from loopline.slices.surveys.services import Person, Reply


@pytest.fixture
def answers(make, now):
    def given(kind, scores):
        survey = make(kind)
        for i, score in enumerate(scores):
            who = Person(external_id=f"p{i}", certain=True)
            services.answer(
                actor=Actor.system(), survey_id=survey, reply=Reply(score), who=who, channel="api", now=now
            )  # fmt: skip
        return survey

    return given


def test_a_number_has_its_unit_and_says_what_is_missing(answers, now, cast):
    from datetime import timedelta

    window = now, now + timedelta(days=1)
    assert facts.computed("csat", 100, *window) is None
    assert "CSAT" in facts.missing("csat")
    answers("csat", [5] * 6)
    assert facts.missing("csat") == ""
    assert facts.computed("csat", 100, *window) == (None, 6, None, None)
    answers("csat", [5, 5, 1, 1])
    value, n, low, high = facts.computed("csat", 100, *window)
    assert (value, n) == (80, 10)
    assert 0 < low < 80 < high < 100
    assert facts.computed("csat", 100, now - timedelta(days=9), now) is None


def test_every_kind_with_a_score_is_a_number_for_metrics(db):
    from loopline.slices.surveys.rules import KINDS

    assert {kind for _, kind, *_ in facts.NUMBERS} == set(KINDS) - {"custom"}


def test_answers_are_rows_without_words(answers, now):
    from loopline.platform.tables.registry import views

    survey = answers("nps", [9, 3])
    view = next(v for v in views() if v.name == "survey_answers")
    rows = list(view.rows())
    assert [len(r) for r in rows] == [len(view.columns)] * 2
    assert [(r[1], r[4]) for r in rows] == [(survey, 9), (survey, 3)]
    assert "words" not in {c[0] for c in view.columns}
