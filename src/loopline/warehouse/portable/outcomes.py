"""Time to value, adoption and paths as SQL."""

from loopline.core.insights.answers import AdoptionAnswer, Edge, PathsAnswer, TimeToValueAnswer
from loopline.core.insights.ir import Adoption, BadQuestion, Cell, Paths, TimeToValue
from loopline.warehouse.portable import shaping
from loopline.warehouse.portable.asking import Asking
from loopline.warehouse.portable.rows import read

MOST_MOVES = 50
Parts = dict[str, str]


def time_to_value(asking: Asking, question: TimeToValue) -> TimeToValueAnswer:
    """From each actor's first start to their first value at or after it; percentiles over those who reached one."""
    wait = f"cast(reached - began as {asking.dialect.double})"
    shares = ", ".join(asking.dialect.quantile(wait, share) for share in (0.5, 0.85))
    people, reached, middle, most, early = asking.rows(
        _waits(asking, question),
        f"select count(*), count(reached), {shares}, sum(early) from waits",
    )[0]
    return TimeToValueAnswer(
        int(people),
        int(reached),
        shaping.seconds(middle) if reached else None,
        shaping.seconds(most) if reached else None,
        int(early or 0),
    )


def time_to_value_people(asking: Asking, question: TimeToValue, cell: Cell) -> tuple[Parts, str]:
    some = "" if cell.step == 1 else " where reached is not null"
    return _waits(asking, question), f"select actor from waits{some}"


def _waits(asking: Asking, question: TimeToValue) -> Parts:
    """`waits`: (actor, began, reached, early)."""
    flags = {"a": question.start, "b": question.value}
    return {
        "found": read(asking, flags, start=question.span.start),
        "begun": "select actor, ts, b, min(case when a = 1 then ts end) over (partition by actor)"
        " as began from found",
        "waits": "select actor, min(began) as began,"
        " min(case when b = 1 and ts >= began then ts end) as reached,"
        " max(case when b = 1 and ts < began then 1 else 0 end) as early"
        " from begun where began is not null group by actor",
    }


def adoption(asking: Asking, question: Adoption) -> AdoptionAnswer:
    """Of the eligible actors, those with at least `uses` events that match."""
    used = asking.dialect.count_if(f"uses >= {int(question.uses)}")
    eligible, adopters = asking.rows(_uses(asking, question), f"select count(*), {used} from used")[
        0
    ]
    return AdoptionAnswer(
        int(eligible), int(adopters), int(adopters) / int(eligible) if eligible else None
    )


def adoption_people(asking: Asking, question: Adoption, cell: Cell) -> tuple[Parts, str]:
    some = "" if cell.step == 1 else f" where uses >= {int(question.uses)}"
    return _uses(asking, question), f"select actor from used{some}"


def _uses(asking: Asking, question: Adoption) -> Parts:
    if question.uses < 1:
        raise BadQuestion("adoption takes at least one use")
    flags = {"m": question.match, "e": question.eligible}
    return {
        "found": read(asking, flags, start=question.span.start),
        "counted": "select actor, sum(m) as uses, max(e) as eligible from found group by actor",
        "used": "select actor, uses from counted where eligible = 1",
    }


# paths


def paths(asking: Asking, question: Paths) -> PathsAnswer:
    """The commonest moves by position, counted in actors. A session ends where more than `gap` passes idle."""
    code = asking.dialect.by_code_point
    rows = asking.rows(
        _moves(asking, question),
        "select place, source, target, count(distinct actor) as actors from moves"
        " group by place, source, target"
        f" order by actors desc, place, {code('source')}, {code('target')} limit {int(question.most)}",
    )
    return PathsAnswer(
        tuple(Edge(int(place), source, target, int(n)) for place, source, target, n in rows)
    )


def paths_people(asking: Asking, question: Paths, cell: Cell) -> tuple[Parts, str]:
    return (
        _moves(asking, question),
        f"select distinct actor from moves where place = {int(cell.step)}"
        f" and source = {asking.bind(cell.source)} and target = {asking.bind(cell.target)}",
    )


def _moves(asking: Asking, question: Paths) -> Parts:
    """`moves`: (actor, place from 1, source, target), the first match of each session being place 0."""
    if not 1 <= question.steps <= MOST_MOVES or question.most < 1 or question.gap < 0:
        raise BadQuestion(
            f"paths have 1 to {MOST_MOVES} steps, at least one edge and no negative gap"
        )
    way = " desc" if question.backwards else ""
    order = "ts, received_at, id"
    back = f"ts{way}, received_at{way}, id{way}"
    last = f"over (partition by actor order by {order} rows between 1 preceding and 1 preceding)"
    upto = f"over (partition by actor order by {order} rows between unbounded preceding and current row)"
    walk = f"over (partition by actor, session order by {back}"
    more = ("received_at", "id", "event")
    return {
        "found": read(
            asking, {"m": question.start}, start=question.span.start, every=True, more=more
        ),
        "gaps": f"select *, ts - max(ts) {last} as idle from found",
        "sessions": "select *, sum(case when idle is null or idle > "
        f"{int(question.gap)} then 1 else 0 end) {upto} as session from gaps",
        "numbered": f"select actor, session, event, m, row_number() {walk}) as turn,"
        f" max(event) {walk} rows between 1 preceding and 1 preceding) as source from sessions",
        "entered": "select *, min(case when m = 1 then turn end) over (partition by actor, session)"
        " as entry from numbered",
        "moves": "select actor, turn - entry as place, source, event as target from entered"
        f" where turn > entry and turn <= entry + {int(question.steps)}",
    }
