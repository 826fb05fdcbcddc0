"""The funnel kernels against every chain there is, on small numbers where ties, edges and repeats are common."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from loopline.core.insights import activity, ir, straight
from loopline.core.insights.chains import Gate, Plan, reach
from loopline.core.insights.packing import in_order, packing
from loopline.core.insights.windows import gather
from loopline.warehouse.records import Event
from tests.warehouse.brute import Brute
from tests.warehouse.test_duck import DEEP

NAMES = "ABCDX"


BLOCKS = 2**44  # stretches times until actors no longer fit beside them and are taken in blocks
FAR = 2**17  # and puts the two people into different ones


def columns(events, name=None, *, far=False):
    stretch, apart = (BLOCKS, FAR) if far else (1, 1)
    rows = [
        ((ord(e.distinct_id) - ord("p")) * apart, e.ts * stretch)
        for e in events
        if name in (None, e.event)
    ]
    return np.array([a for a, _ in rows], dtype=np.int64), np.array(
        [t for _, t in rows], dtype=np.int64
    )


def same(one, other):
    assert one.actors.tolist() == other.actors.tolist()
    assert one.levels.tolist() == other.levels.tolist()
    assert one.times.tolist() == other.times.tolist()


def later(steps):
    return tuple(
        max([j + 1 for j in range(k) if steps[j] == steps[k]], default=0) for k in range(len(steps))
    )


@st.composite
def cases(draw):
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from("pq"), st.sampled_from(NAMES), st.integers(0, 9)), max_size=10
        )
    )
    events = [Event(str(i), name, who, at, 0) for i, (who, name, at) in enumerate(rows)]
    steps = draw(st.lists(st.sampled_from("ABC"), min_size=1, max_size=4))
    order = draw(st.sampled_from(ir.Order))
    if order is ir.Order.UNORDERED:
        steps = sorted(set(steps))
    exclude = ()
    if len(steps) > 1 and draw(st.booleans()):
        after = draw(st.integers(1, len(steps) - 1))
        before = draw(st.integers(after + 1, len(steps)))
        exclude = (ir.Exclusion(ir.Match("X"), after, before),)
    question = ir.Funnel(
        ir.Span(0, 10),
        steps=tuple(ir.Match(name) for name in steps),
        order=order,
        entry=draw(st.sampled_from(ir.Entry)),
        window=draw(st.integers(0, 9)),
        exclude=exclude,
        exclusion=draw(st.sampled_from(["person", "truncate"])),
    )
    return events, question


@settings(max_examples=250 * DEEP, deadline=None)
@given(cases(), st.booleans())
def test_the_kernels_find_the_chains_of_plain_enumeration(case, far):
    events, question = case
    stretch, apart = (BLOCKS, FAR) if far else (1, 1)
    steps = [step.event for step in question.steps]
    plan = Plan(
        later(steps),
        question.window * stretch,
        question.entry is ir.Entry.FIRST,
        question.exclusion == "person",
    )
    pairs = [columns(events, name, far=far) for name in steps]
    gates = [
        Gate(*columns(events, "X", far=far), e.after_step, e.before_step) for e in question.exclude
    ]
    if question.order is ir.Order.UNORDERED:
        found = gather(pairs, plan, gates)
    else:
        found = reach(
            pairs,
            plan,
            gates,
            columns(events, far=far) if question.order is ir.Order.STRICT else None,
        )
        if not gates and question.order is ir.Order.ORDERED and straight.fits(pairs, plan):
            same(straight.reach(pairs, plan), found)
    got = {
        "pq"[actor // apart]: tuple(time // stretch for time in times[:level])
        for actor, level, times in zip(
            found.actors.tolist(), found.levels.tolist(), found.times.tolist(), strict=True
        )
    }
    assert got == Brute(events)._grouped(question)[0]


@given(
    st.lists(
        st.tuples(st.integers(0, 2**30), st.integers(-(2**52), 2**52)), min_size=1, max_size=20
    ),
)
def test_keys_keep_order_and_time_to_the_microsecond_whether_or_not_the_bits_fit(rows):
    actors = np.array([a for a, _ in rows], dtype=np.int64)
    times = np.array([t for _, t in rows], dtype=np.int64)
    layout = packing(int(actors.max()) + 1, [times])
    keys = layout.keys(actors, times)
    assert [rows[i] for i in np.argsort(keys, kind="stable")] == sorted(rows)
    assert (layout.times(keys) == times).all()
    assert (layout.actors(keys) == actors).all()


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.integers(0, 9)), max_size=20),
    st.integers(0, 4),
    st.none() | st.integers(1, 5),
)
def test_waits_and_returns_are_the_same_where_actors_are_taken_in_blocks(rows, low, width):
    def ask(stretch, apart):
        sides = [
            (
                np.array([a * apart for back, a, _ in rows if back is side], dtype=np.int64),
                np.array([t * stretch for back, _, t in rows if back is side], dtype=np.int64),
            )
            for side in (False, True)
        ]
        actors, waits, early = activity.waits(*sides)
        starts = in_order(*sides[0])
        high = None if width is None else (low + width) * stretch
        back = activity.back_within(starts, sides[1], low * stretch, high)
        found = [
            (a // apart, w // stretch, e) for a, w, e in zip(actors, waits, early, strict=True)
        ]
        return found, back.tolist()

    found, back = ask(BLOCKS, FAR)
    assert (found, back) == ask(1, 1)
    starts = sorted((a, t) for side, a, t in rows if not side)
    backs = [(a, t) for side, a, t in rows if side]
    assert back == [
        any(b == a and t + low <= u and (width is None or u < t + low + width) for b, u in backs)
        for a, t in starts
    ]
