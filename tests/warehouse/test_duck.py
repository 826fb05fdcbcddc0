"""The default engine equals the brute force on random histories, and hands out as many people as it counts."""

import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopline.core.insights import ir
from loopline.warehouse import segments
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.identity import Identities
from tests.warehouse.asking import cells, histories, questions, rounded
from tests.warehouse.brute_periods import Reference

DEEP = int(os.environ.get("LOOPLINE_DEEP", "1"))  # how many times as many cases
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


def sealed(folder, events):
    """An engine over two segments and a tail, with some properties kept as codes."""
    cut, behind = len(events) // 3, len(events) - len(events) // 5
    segments.seal(folder, events[:cut], 1)
    segments.seal(folder, events[cut:behind], 2)
    return segments.paths(folder), events[behind:]


def agree(case, kinds, data, count=12):
    events, facts, base = case
    plain = Reference(events, facts)
    with TemporaryDirectory() as folder, ExitStack() as stack:
        parts = sealed(Path(folder), events) if data.draw(st.booleans()) else ((), events)
        engine = stack.enter_context(DuckEngine(*parts, Identities(facts)))
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


@settings(quick, max_examples=9 * DEEP)
@given(histories(), st.data())
def test_funnels_agree(case, data):
    agree(case, (ir.Funnel,), data)


@settings(quick, max_examples=9 * DEEP)
@given(histories(), st.data())
def test_everything_else_agrees(case, data):
    agree(case, REST, data)
