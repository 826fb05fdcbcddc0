"""Events as rows of (actor, ts, ...): persons joined, filters applied, and which matches each event fits."""

from collections.abc import Mapping, Sequence

from loopline.core.insights.ir import Actor, Breakdown, Condition, Match, On
from loopline.warehouse.portable.asking import COLUMN, Asking

ORDER = ("ts", "received_at", "id")
OWN = ("id", "event", "account", "ts", "received_at", "properties")


def read(
    asking: Asking,
    flags: Mapping[str, Match],
    *,
    start: int | None,
    every: bool = False,
    more: Sequence[str] = (),
    by: Breakdown | None = None,
    number: str | None = None,
) -> str:
    """SELECT of `actor, ts`, a 0/1 column for each flag, the columns of `more`, `value` for `by` and `number`.

    From `start` (None: all there is) to the end of the question's span; only events some flag fits unless `every`.
    Events without an actor are left out.
    """
    question = asking.question
    picked = [
        f"case when {_fits(asking, match)} then 1 else 0 end as {n}" for n, match in flags.items()
    ]
    if by is not None:
        picked.append(f"{asking.label(COLUMN[by.on], by.property)} as value")
    if number is not None:
        picked.append(f"{asking.number('properties', number)} as number")
    ons = {test.on for test in question.filters}
    ons |= {test.on for match in flags.values() for test in match.where}
    ons |= {by.on} if by else set()
    actor = "person" if question.actor is Actor.PERSON else "belongs"
    some = "" if every else f" and ({' or '.join(_fits(asking, m) for m in flags.values())})"
    asked = [*asking.all_of(_other(question.filters)), *asking.chosen(actor)]
    tests = "".join(f" and {test}" for test in asked)
    return (
        f"select {', '.join([f'{actor} as actor', 'ts', *more, *picked])}"
        f" from ({_joined(asking, _within(asking, flags, start, every=every), ons)}) r"
        f" where {actor} <> ''{tests}{some}"
    )


def _other(tests: Sequence[Condition]) -> list[Condition]:
    return [test for test in tests if test.on is not On.EVENT]


def _fits(asking: Asking, match: Match) -> str:
    tests = [] if match.event is None else [f"event = {asking.bind(match.event)}"]
    return " and ".join([*tests, *asking.all_of(match.where)]) or asking.dialect.always


def _within(
    asking: Asking, flags: Mapping[str, Match], start: int | None, *, every: bool
) -> list[str]:
    """Tests of columns of `events` alone."""
    question = asking.question
    tests = [f"ts < {int(question.span.end)}"]
    tests += [] if start is None else [f"ts >= {int(start)}"]
    tests += asking.dialect.within(start, question.span.end)
    named = [match.event for match in flags.values()]
    if not every and None not in named:
        tests.append(asking.among("event", sorted({name for name in named if name is not None})))
    return tests + asking.all_of([test for test in question.filters if test.on is On.EVENT])


def _joined(asking: Asking, tests: Sequence[str], ons: set[On]) -> str:
    """Events with their person, and where they are needed their account and what is known of both."""
    tables = asking.tables
    own = ", ".join(f"e.{column} as {column}" for column in OWN)
    inner = f"select * from {tables['events']} where {' and '.join(tests)}"
    sql = (
        f"select {own}, coalesce(o.person, e.distinct_id) as person"
        f" from ({inner}) e left join {tables['ids']} o on o.distinct_id = e.distinct_id"
    )
    grouped = asking.question.actor is Actor.ACCOUNT or On.ACCOUNT in ons
    if grouped or On.PERSON in ons:
        sql = (
            f"select {own}, e.person as person,"
            " case when e.account <> '' then e.account else coalesce(p.account, '') end as belongs,"
            f" p.properties as person_properties from ({sql}) e"
            f" left join {tables['persons']} p on p.person = e.person"
        )
    if On.ACCOUNT in ons:
        sql = (
            f"select {own}, e.person as person, e.belongs as belongs, e.person_properties as person_properties,"
            f" a.properties as account_properties from ({sql}) e"
            f" left join {tables['accounts']} a on a.account = e.belongs"
        )
    return sql
