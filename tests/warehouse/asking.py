"""Random histories and questions, and how two answers are compared."""

import dataclasses
import math

from hypothesis import strategies as st

from loopline.core.insights import answers, ir
from loopline.warehouse.records import Event, Fact

HOUR = 3600 * ir.MICROSECONDS
DAY = 24 * HOUR
# Both changes of the clock in Berlin, and New York's, in 2024.
ANCHORS = (1_704_067_200, 1_711_846_800, 1_729_990_800, 1_710_054_000, 1_711_926_000)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
NAMES = ("A", "B", "C", "X", "it's \"; drop table wide;--")
IDS = ("u1", "u2", "u3", "a1", "a2", "o'brien")
KEYS = ("plan", "n", "odd/~key$.x'")
PROPERTIES = (
    b"{}",
    b'{"plan":"pro","n":3}',
    b'{"plan":"free","n":10,"odd/~key$.x\'":"v"}',
    b'{"plan":null,"n":"10"}',
    b'{"plan":true,"n":2.5,"odd/~key$.x\'":1}',
    b'{"plan":"other","n":-4}',
)

CHOSEN = st.frozensets(st.sampled_from((*IDS, "acme", "globex", "nobody")), max_size=3)
times = st.one_of(
    st.integers(0, 6).map(lambda h: h * HOUR),
    st.integers(0, 5).map(lambda s: s * 700_000),
    st.integers(0, 70).map(lambda d: d * DAY),
    st.builds(lambda d, e: d * DAY + e, st.integers(0, 20), st.integers(-1, 1)),
)


@st.composite
def histories(draw, most=14):
    """(events, facts, base): a few people over days, with ties, repeats and edges to the microsecond."""
    base = draw(st.sampled_from(ANCHORS)) * ir.MICROSECONDS
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(IDS),
                st.sampled_from(NAMES),
                times,
                st.sampled_from(PROPERTIES),
                st.sampled_from(("", "", "acme", "globex")),
            ),
            max_size=most,
        )
    )
    events = [
        Event(f"e{n}", name, who, base + at, n, properties, account=account)
        for n, (who, name, at, properties, account) in enumerate(rows)
    ]
    kinds = st.sampled_from(
        ["identify", "identify", "alias", "person", "person_once", "account", "member"]
    )
    who = st.sampled_from(IDS)
    account = st.sampled_from(("acme", "globex"))
    one = st.builds(fact, kinds, who, who, st.integers(0, 5), st.sampled_from(PROPERTIES), account)
    facts = draw(st.lists(one, max_size=6))
    return events, facts, base


def fact(kind, one, other, at, properties, account):
    if kind == "account":
        return Fact(kind, account, at, properties=properties)
    if kind == "member":
        return Fact(kind, one, at, account)
    return Fact(kind, one, at, other if kind in ("identify", "alias") else "", properties)


@st.composite
def conditions(draw):
    op = draw(st.sampled_from(ir.Op))
    key, on = draw(st.sampled_from(KEYS)), draw(st.sampled_from(ir.On))
    scalar = st.sampled_from(("pro", "free", "10", "v", 3, 2.5, 10, True, "o"))
    if op in (ir.Op.IS_SET, ir.Op.IS_NOT_SET):
        return ir.Condition(key, op, None, on)
    if op in (ir.Op.IN, ir.Op.NOT_IN):
        return ir.Condition(key, op, tuple(draw(st.lists(scalar, max_size=3))), on)
    if op in (ir.Op.CONTAINS, ir.Op.REGEX):
        return ir.Condition(key, op, draw(st.sampled_from(("pro", "r", "e.$", "^f", "1"))), on)
    if op not in (ir.Op.EQ, ir.Op.NE):
        scalar = scalar.filter(lambda value: value is not True)
    return ir.Condition(key, op, draw(scalar), on)


def wheres():
    return st.one_of(st.just(()), st.just(()), st.just(()), st.tuples(conditions()))


def matches(names=(*NAMES, None)):
    return st.builds(ir.Match, st.sampled_from(names), wheres())


def breakdowns():
    return st.builds(
        ir.Breakdown,
        st.sampled_from(KEYS),
        st.sampled_from(ir.Attribution),
        st.just(1),
        st.sampled_from(ir.On),
        st.integers(1, 3),
    )


@st.composite
def questions(draw, base, kinds, *, whole=False):
    """`whole`: with cohorts, ties by the second, held properties and trends of funnels too."""
    kind = draw(st.sampled_from(kinds))
    start = base + draw(st.sampled_from([-DAY, 0, 3 * HOUR, DAY + 1]))
    span = ir.Span(start, start + draw(st.sampled_from([0, 5 * HOUR, 9 * DAY, 45 * DAY, 71 * DAY])),
                   draw(st.sampled_from(ZONES)))  # fmt: skip
    shared = {"span": span, "filters": draw(wheres()), "actor": draw(st.sampled_from(ir.Actor))}
    interval = st.sampled_from(ir.Interval)
    if whole:
        shared["among"] = draw(st.none() | st.none() | CHOSEN)
        shared["without"] = draw(st.just(frozenset()) | CHOSEN)
    match kind:
        case ir.Funnel:
            return draw(funnels(shared, whole=whole))
        case ir.Retention:
            more = {"start": matches(), "back": matches(), "interval": interval, "periods": st.integers(1, 5),
                    "rolling": st.booleans(), "on_or_after": st.booleans(),
                    "anchor": st.sampled_from(["recurring", "first_match", "first_ever"])}  # fmt: skip
        case ir.Trend:
            measures = ["count", "people", "sum:n", "avg:n", "p50:n", "p90:odd/~key$.x'"]
            more = {"match": matches(), "measure": st.sampled_from(measures), "interval": interval,
                    "breakdown": st.none() | breakdowns()}  # fmt: skip
        case ir.Actives:
            more = {
                "match": matches(),
                "interval": interval,
                "rolling_days": st.sampled_from([1, 1, 2, 7]),
            }
        case ir.TimeToValue:
            more = {"start": matches(), "value": matches()}
        case ir.Adoption:
            more = {"match": matches(), "eligible": matches(), "uses": st.integers(1, 2)}
        case ir.Paths:
            more = {"start": matches(), "steps": st.integers(1, 4), "most": st.integers(1, 9),
                    "backwards": st.booleans(), "gap": st.sampled_from([0, HOUR, DAY])}  # fmt: skip
        case _:
            more = {"match": matches(), "interval": interval}
    return kind(**shared, **{name: draw(each) for name, each in more.items()})


@st.composite
def funnels(draw, shared, *, whole=False):
    steps = tuple(draw(st.lists(matches(("A", "A", "B", "C", None)), min_size=1, max_size=3)))
    exclude = ()
    if len(steps) > 1 and draw(st.booleans()):
        after = draw(st.integers(1, len(steps) - 1))
        exclude = (
            ir.Exclusion(
                draw(matches(("X", "C"))), after, draw(st.integers(after + 1, len(steps)))
            ),
        )
    by = draw(st.none() | breakdowns())
    if by:
        by = dataclasses.replace(by, step=draw(st.integers(1, len(steps))))
    return ir.Funnel(
        **shared,
        steps=steps,
        order=draw(st.sampled_from(ir.Order)),
        entry=draw(st.sampled_from(ir.Entry)),
        window=draw(st.sampled_from([0, HOUR, 2 * HOUR, DAY, DAY - 1, 14 * DAY])),
        exclude=exclude,
        exclusion=draw(st.sampled_from(["person", "truncate"])),
        breakdown=by,
        **(draw(fixed(by)) if whole else {}),
    )


@st.composite
def fixed(draw, by):
    """Ties, held properties and a trend."""
    whole = by is not None and by.attribution is ir.Attribution.ALL_EVENTS
    held = st.lists(st.sampled_from(KEYS), max_size=0 if whole else 2, unique=True)
    return {
        "ties": draw(st.sampled_from(ir.Ties)),
        "hold": tuple(draw(held)),
        "interval": draw(st.none() | st.sampled_from(ir.Interval)),
    }


def cells(answer):
    """(cell, how many people it must have) of an answer."""
    match answer:
        case answers.FunnelAnswer(steps, breakdown, trend):
            for point in trend:
                yield from (
                    (ir.Cell(n, at=point.at, period=0), count)
                    for n, count in enumerate(point.counts, 1)
                )
            yield from ((ir.Cell(n), step.count) for n, step in enumerate(steps, 1))
            for value, some in breakdown:
                yield from ((ir.Cell(n, True, value), step.count) for n, step in enumerate(some, 1))
        case answers.RetentionAnswer(cohorts):
            for cohort in cohorts:
                yield ir.Cell(at=cohort.start), cohort.size
                for k, value in enumerate(cohort.values):
                    if value is not None:
                        yield ir.Cell(at=cohort.start, period=k), value
        case answers.ActivesAnswer(points):
            yield from ((ir.Cell(at=point.at), point.value) for point in points)
        case answers.StickinessAnswer(counts):
            yield from ((ir.Cell(n), count) for n, count in enumerate(counts, 1))
        case answers.LifecycleAnswer(points):
            for point in points:
                for kind in ("new", "returning", "resurrecting", "dormant"):
                    yield ir.Cell(at=point.at, value=kind), getattr(point, kind)
        case answers.TimeToValueAnswer():
            yield from ((ir.Cell(1), answer.people), (ir.Cell(2), answer.reached))
        case answers.AdoptionAnswer():
            yield from ((ir.Cell(1), answer.eligible), (ir.Cell(2), answer.adopters))
        case answers.PathsAnswer(edges):
            for edge in edges:
                yield ir.Cell(edge.position, source=edge.source, target=edge.target), edge.count


def rounded(answer):
    """The answer as nested tuples with floats cut to twelve digits, to compare with ==."""
    if dataclasses.is_dataclass(answer):
        return (
            type(answer).__name__,
            *(rounded(getattr(answer, f.name)) for f in dataclasses.fields(answer)),
        )
    if isinstance(answer, tuple):
        return tuple(rounded(each) for each in answer)
    if isinstance(answer, float) and math.isfinite(answer):
        return float(f"{answer:.12g}")
    return answer
