"""What a metric's number is: the JSON of its definition, read, checked and put into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from loopline.core.insights import ir
from loopline.core.problems import Invalid
from loopline.slices.insights import queries as insights
from loopline.slices.measures import builtins

SHARE, SECONDS, NUMBER = "share", "seconds", "number"
# Which numbers an answer gives, what kind of number each is, and how it is called.
NUMBERS: dict[str, dict[str, tuple[str, str]]] = {
    "funnel": {
        "conversion": (SHARE, "Share who reach the last step"),
        "count": (NUMBER, "People who reach the last step"),
        "seconds": (SECONDS, "Median time from the step before"),
    },
    "retention": {"retained": (SHARE, "Share who come back in a later period")},
    "trend": {"total": (NUMBER, "The measure of the period")},
    "actives": {"actives": (NUMBER, "Distinct actors")},
    "time-to-value": {
        "p50_seconds": (SECONDS, "Median time of those who get there"),
        "p85_seconds": (SECONDS, "85th percentile of those who get there"),
        "reached": (SHARE, "Share who get there"),
    },
    "adoption": {
        "share": (SHARE, "Share of the eligible who use it"),
        "adopters": (NUMBER, "Those who use it"),
    },
    "stickiness": {"ratio": (SHARE, "Mean daily actives of the period's actives")},
}  # fmt: skip
KINDS = ("manual", "insight", *NUMBERS, "activation", "sql", "builtin")
FACTORS = {
    "s": 1.0,
    "sec": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "hours": 3600.0,
    "d": 86_400.0,
    "days": 86_400.0,
}
MOST_SQL = 20_000
MOST_RULES = 5
LONGEST_DAYS = 90


@dataclass(frozen=True, slots=True)
class Rule:
    """Events that must come, in any order, each so many times, within `days` (inclusive) after the signup.

    For accounts: done by at least `people` of the account's persons.
    """

    signup: ir.Match
    events: tuple[tuple[ir.Match, int], ...]
    days: int
    actor: str
    people: int
    filters: tuple[ir.Condition, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition as read. Only what its kind needs is filled."""

    kind: str
    insight: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    number: str = ""
    step: int = 0
    period: int = 1
    rule: Rule | None = None
    text: str = ""
    key: str = ""

    @property
    def computed(self) -> bool:
        return self.kind != "manual"

    @property
    def measure(self) -> str:
        """What kind of number it gives: a share of 0 to 1, seconds, or a number in the metric's own unit."""
        if self.kind == "insight":
            return NUMBERS[self.insight][self.number][0]
        return SHARE if self.kind == "activation" else NUMBER

    def ripe_after(self, grain: str) -> timedelta:
        """How long after a period's end its value can still grow by its own definition."""
        if self.rule:
            return timedelta(days=self.rule.days)
        if self.insight == "retention":
            one = {"day": timedelta(days=1), "week": timedelta(weeks=1)}.get(
                grain, timedelta(days=31)
            )
            # Counted from each start, the last to start in the period have a whole one more.
            return one * (self.period + (self.body.get("bounds") == "rolling"))
        return timedelta(0)


MANUAL = Definition("manual")


def scale(measure: str, unit: str) -> float:
    """What a number of this kind is multiplied by to stand in the unit."""
    if measure == SHARE:
        return 100.0 if unit.strip().startswith("%") else 1.0
    return 1 / FACTORS.get(unit.strip(), 1.0) if measure == SECONDS else 1.0


def read(definition: Mapping[str, Any], now: datetime) -> Definition:
    """The definition, checked to the end. Raises Invalid with a sentence at `definition`."""
    kind, query = str(definition.get("kind") or "manual"), definition.get("query")
    if kind == "manual":
        return MANUAL
    if kind not in KINDS:
        raise Invalid(
            definition=f"There is no definition called {kind}. There are: {', '.join(KINDS)}."
        )
    try:
        if kind == "sql":
            return _sql(query)
        if kind == "builtin":
            return _builtin(query)
        if not isinstance(query, Mapping):
            raise Invalid(definition="Its query is an object with the fields of the question.")
        if kind == "activation":
            return Definition("activation", rule=_rule(query, now))
        return _insight(kind, query, now)
    except Invalid as wrong:
        if "definition" in wrong.errors:
            raise
        place, said = next(iter(wrong.errors.items()), ("", wrong.sentence))
        raise Invalid(definition=f"{place}: {said}" if place else said) from None


def _sql(query: Any) -> Definition:
    text = query.get("sql") if isinstance(query, Mapping) else query
    if not isinstance(text, str) or not text.strip():
        raise Invalid(
            definition="Write a SELECT that gives one value, or rows of period and value."
        )
    if len(text) > MOST_SQL:
        raise Invalid(definition=f"The SELECT is longer than {MOST_SQL:,} characters.")
    return Definition("sql", text=text.strip())


def _builtin(query: Any) -> Definition:
    key = query.get("key") if isinstance(query, Mapping) else query
    if not isinstance(key, str) or builtins.found(key) is None:
        known = ", ".join(builtins.every()) or "none yet"
        raise Invalid(definition=f"There is no built-in number called {key}. There are: {known}.")
    return Definition("builtin", key=key)


def _insight(kind: str, query: Mapping[str, Any], now: datetime) -> Definition:
    if kind == "insight":
        kind, outer = str(query.get("insight") or ""), query
        inner = query.get("query")
    else:
        outer = {k: query[k] for k in ("number", "step", "period") if k in query}
        inner = {k: v for k, v in query.items() if k not in outer}
    if kind not in NUMBERS:
        raise Invalid(definition=f"A metric can follow one of: {', '.join(NUMBERS)}.")
    if not isinstance(inner, Mapping):
        raise Invalid(definition="The question's own fields stand in `query`.")
    number = str(outer.get("number") or next(iter(NUMBERS[kind])))
    if number not in NUMBERS[kind]:
        raise Invalid(definition=f"A {kind} gives one of: {', '.join(NUMBERS[kind])}.")
    body = {k: v for k, v in inner.items() if k not in ("from", "to", "last_days", "breakdown")}
    typed = insights.typed(kind, body, now)
    steps = len(typed.steps) if isinstance(typed, ir.Funnel) else 0
    step = _whole(outer, "step", steps, 1, max(steps, 1)) if steps else 0
    return Definition(
        "insight", kind, body, number, step, _whole(outer, "period", 1, 0, 60)
    )  # fmt: skip


def _whole(source: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = source.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(definition=f"{name} is a whole number from {least} to {most}.")
    return value


def _rule(query: Mapping[str, Any], now: datetime) -> Rule:
    unknown = set(query) - {"signup", "rule", "days", "actor", "people", "filters"}
    if unknown:
        raise Invalid(definition=f"There is no field called {min(unknown)} in an activation.")
    rule = query.get("rule")
    if not isinstance(rule, list) or not 1 <= len(rule) <= MOST_RULES:
        raise Invalid(definition=f"The rule lists 1 to {MOST_RULES} events.")
    times = []
    for each in rule:
        if not isinstance(each, Mapping):
            raise Invalid(definition="Each part of the rule is an event with how many times.")
        times.append(_whole(each, "times", 1, 1, 10_000))
    bare = [{k: v for k, v in each.items() if k != "times"} for each in rule]
    signup = query.get("signup")
    if not isinstance(signup, Mapping) or not signup.get("event"):
        raise Invalid(definition="Name the event with which somebody signs up.")
    actor = str(query.get("actor", "person"))
    steps = {"steps": [signup, *bare], "filters": query.get("filters", []), "actor": actor}
    typed = insights.typed("funnel", steps, now)
    if not isinstance(typed, ir.Funnel):
        raise TypeError(typed)
    if any(not match.event for match in typed.steps):
        raise Invalid(definition="Name the event of each part of the rule.")
    return Rule(
        typed.steps[0], tuple(zip(typed.steps[1:], times, strict=True)),
        _whole(query, "days", 14, 1, LONGEST_DAYS), actor, _whole(query, "people", 1, 1, 1000), typed.filters,
    )  # fmt: skip


def events_of(definition: Any) -> list[str]:
    """Names of the events a definition speaks of, in their order; of any part of its JSON."""
    out: list[str] = []
    if isinstance(definition, Mapping):
        for key, value in definition.items():
            if key == "event" and isinstance(value, str) and value:
                out.append(value)
            else:
                out += events_of(value)
    elif isinstance(definition, list):
        for each in definition:
            out += events_of(each)
    return list(dict.fromkeys(out))
