"""SELECTs that count cohorts: everybody who began in a period, and what became of them, whenever that was.

A question about events looks at nothing outside its own span; who signed up on a Sunday must still be followed after
it. So these are counted over the events themselves, by the period of their first start.
"""

from collections.abc import Sequence

from loopline.core.insights import ir
from loopline.core.metrics.periods import Period, micros
from loopline.slices.measures.definitions import Rule
from loopline.warehouse.conditions import Sql, all_of

DAY = 86_400_000_000
AT = "epoch_us(e.time)"
PROPERTIES = {
    ir.On.EVENT: "e.properties",
    ir.On.PERSON: "p.properties",
    ir.On.ACCOUNT: "a.properties",
}


def literal(value: object) -> str:
    """A value as SQL text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("\x00", "").replace("'", "''") + "'"


def bound(sql: Sql) -> str:
    """The text with its values in place; ours never holds another question mark."""
    parts = sql[0].split("?")
    return "".join(
        part + (literal(sql[1][at]) if at < len(sql[1]) else "") for at, part in enumerate(parts)
    )


def holds(match: ir.Match) -> str:
    """A test that an event `e` is one of these."""
    named = f"e.event = {literal(match.event)}" if match.event else "true"
    by_place = [bound(all_of([c], PROPERTIES[c.on])) for c in match.where]
    return " and ".join([named, *(f"({part})" for part in by_place)])


def kept(filters: Sequence[ir.Condition]) -> str:
    """A test that an event passes the filters."""
    return " and ".join(f"({bound(all_of([c], PROPERTIES[c.on]))})" for c in filters) or "true"


def source(filters: Sequence[ir.Condition], *matches: ir.Match) -> str:
    """The events, with the properties of persons and accounts where a condition names them."""
    places = {c.on for c in [*filters, *(c for m in matches for c in m.where)]}
    people = (
        " left join (select person as person_, any_value(properties) as properties from people group by 1) p"
        " on p.person_ = e.person"
    )
    accounts = (
        " left join (select account as account_, any_value(properties) as properties from accounts group by 1) a"
        " on a.account_ = e.account"
    )
    return "events e" + (people if ir.On.PERSON in places else "") + (
        accounts if ir.On.ACCOUNT in places else ""
    )  # fmt: skip


def cohort(
    start: ir.Match, filters: Sequence[ir.Condition], actor: str, periods: Sequence[Period]
) -> str:
    """WITH parts `periods` (i, a, b), `joined` (who, t0: the first start of all) and `cohort` (i, who, t0)."""
    spans = ", ".join(f"({at}, {micros(p.start)}, {micros(p.end)})" for at, p in enumerate(periods))
    who = "e.account" if actor == "account" else "e.person"
    return (
        f"with spans(i, a, b) as (values {spans}), joined as (select {who} as who, min({AT}) as t0 "
        f"from {source(filters, start)} where {holds(start)} and {kept(filters)} and coalesce({who}, '') <> '' "
        "group by 1), cohort as (select spans.i, joined.who, joined.t0 from joined join spans "
        "on joined.t0 >= spans.a and joined.t0 < spans.b)"
    )


def _reached(rule: Rule) -> str:
    """WITH parts after `cohort`: `reached` (who), those who did what the rule asks in time."""
    matches = [m for m, _ in rule.events]
    who = "e.account" if rule.actor == "account" else "e.person"
    counts = ", ".join(
        f"count(*) filter (where {holds(m)}) as c{at}" for at, m in enumerate(matches)
    )
    enough = " and ".join(f"c{at} >= {times}" for at, (_, times) in enumerate(rule.events))
    names = ", ".join(sorted({literal(m.event) for m in matches}))
    return (
        f", did as (select c.who, e.person, {counts} from cohort c join {source(rule.filters, *matches)} "
        f"on {who} = c.who where e.event in ({names}) and {AT} >= c.t0 and {AT} <= c.t0 + {rule.days * DAY} "
        f"and {kept(rule.filters)} group by 1, 2), reached as (select who from did where {enough} "
        f"group by 1 having count(*) >= {rule.people if rule.actor == 'account' else 1})"
    )


def activation(rule: Rule, periods: Sequence[Period]) -> str:
    """Rows (i, n, hits) for the periods in which somebody signed up."""
    return (
        cohort(rule.signup, rule.filters, rule.actor, periods)
        + _reached(rule)
        + " select c.i, count(*) as n, count(r.who) as hits from cohort c left join reached r on r.who = c.who"
        " group by 1 order by 1"
    )


def activated(rule: Rule, period: Period) -> str:
    """Rows (who, t0 in microseconds, whether they did it) of one period, who did not first."""
    return (
        cohort(rule.signup, rule.filters, rule.actor, [period])
        + _reached(rule)
        + " select c.who, c.t0, r.who is not null as did from cohort c left join reached r on r.who = c.who"
        " order by did, c.t0 desc, c.who"
    )


def _valued(q: ir.TimeToValue) -> str:
    who = "e.account" if q.actor is ir.Actor.ACCOUNT else "e.person"
    return (
        f", firsts as (select c.who, min({AT}) filter (where {AT} >= c.t0) as v, min({AT}) as f from cohort c "
        f"join {source(q.filters, q.value)} on {who} = c.who where {holds(q.value)} and {kept(q.filters)} group by 1)"
        ", took as (select c.i, c.who, c.t0, case when f.f < c.t0 then 0 else f.v - c.t0 end as d, f.f < c.t0 as early "
        "from cohort c left join firsts f on f.who = c.who)"
    )


def time_to_value(q: ir.TimeToValue, periods: Sequence[Period], share: float) -> str:
    """Rows (i, n, reached, early, value, low, high): the percentile in microseconds, and the order statistics about it
    that hold it in 95 of 100 samples; who had value before the start counts as 0."""
    spread = f"1.96 * sqrt(m * {share * (1 - share)})"
    return (
        cohort(q.start, q.filters, q.actor, periods)
        + _valued(q)
        + ", placed as (select *, row_number() over (partition by i order by d) as r, "
        "count(*) over (partition by i) as m from took where d is not null), ends as (select i, "
        f"max(d) filter (where r = floor(m * {share} - {spread})) as lo, "
        f"max(d) filter (where r = ceil(m * {share} + {spread}) + 1) as hi from placed group by 1) "
        "select t.i, count(*) as n, count(t.d) as reached, count(*) filter (where t.early) as early, "
        f"quantile_cont(t.d, {share}) as q, any_value(ends.lo) as lo, any_value(ends.hi) as hi "
        "from took t left join ends on ends.i = t.i group by 1 order by 1"
    )


def took(q: ir.TimeToValue, period: Period) -> str:
    """Rows (who, t0, microseconds or null) of one period, who did not get there first."""
    return (
        cohort(q.start, q.filters, q.actor, [period])
        + _valued(q)
        + " select who, t0, d from took order by d is not null, d desc, who"
    )


def early_events(
    signup: ir.Match,
    period: Period,
    *,
    days: int,
    week: int,
    actor: str,
    filters: Sequence[ir.Condition] = (),
) -> str:
    """Rows (event, times, doers, kept) for every event done by those who signed up in the period within `days` days of
    it, for 1 to 5 times; the row with a null event holds all of them. Kept: any event in the `week`-th week after."""
    who = "e.account" if actor == "account" else "e.person"
    begin, end = week * 7 * DAY, (week + 1) * 7 * DAY
    return (
        cohort(signup, filters, actor, [period])
        + f", seen as (select c.who, c.t0, e.event, {AT} as ts from cohort c join {source(filters)} on {who} = c.who "
        f"where {AT} >= c.t0 and {AT} < c.t0 + {max(end, days * DAY)} and {kept(filters)}), "
        f"stayed as (select who, bool_or(ts >= t0 + {begin} and ts < t0 + {end}) as kept from seen group by 1), "
        f"counts as (select who, event, count(*) as c from seen where ts < t0 + {days * DAY} "
        f"and event <> {literal(signup.event)} group by 1, 2) "
        "select n.event, k.times, count(*) as doers, count(*) filter (where s.kept) as kept from counts n "
        "join (values (1), (2), (3), (4), (5)) k(times) on n.c >= k.times join stayed s on s.who = n.who "
        "group by 1, 2 union all select null, 0, count(*), count(*) filter (where kept) from stayed order by 1, 2"
    )
