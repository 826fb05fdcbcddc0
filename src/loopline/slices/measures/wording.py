"""A definition in words, for the page and for the comparison of versions. Only what is said here is compared there."""

from collections.abc import Sequence
from datetime import datetime

from loopline.core.insights import ir
from loopline.slices.insights import queries as insights
from loopline.slices.measures import builtins
from loopline.slices.measures.definitions import NUMBERS, Definition, Rule

OPS = {
    "eq": "is", "ne": "is not", "in": "is one of", "not_in": "is none of", "gt": "above", "gte": "at least",
    "lt": "below", "lte": "at most", "contains": "contains", "regex": "matches", "is_set": "is set",
    "is_not_set": "is not set",
}  # fmt: skip
WHOM = {"person": "people", "account": "accounts"}


def said(d: Definition, grain: str, now: datetime) -> str:
    """A definition in words, its question read in the company's zone."""
    return described(
        d, insights.typed(d.insight, d.body, now) if d.kind == "insight" else None, grain
    )


def described(d: Definition, typed: ir.Question | None, grain: str) -> str:
    """One or two sentences. `typed` is the question of an insight, read."""
    if d.kind == "manual":
        return "Written down by hand."
    if d.kind == "sql":
        return f"What this SELECT gives: {' '.join(d.text.split())}"
    if d.kind == "builtin":
        known = builtins.found(d.key)
        return known.says if known else f"The built-in number {d.key}."
    if d.rule:
        return _rule(d.rule, grain)
    return _question(d, typed, grain)


def _rule(r: Rule, grain: str) -> str:
    parts = [event(m) if times == 1 else f"{event(m)} {times} times" for m, times in r.events]
    doing = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
    order = " in any order" if len(parts) > 1 else ""
    who = WHOM[r.actor]
    several = (
        f", by {'one' if r.people == 1 else f'at least {r.people}'} of the account's people"
        if r.actor == "account" else ""
    )  # fmt: skip
    return (
        f"Of the {who} with {event(r.signup)} for the first time in the {grain}, the share with {doing}{order} "
        f"within {r.days} d{several}.{_filters(r.filters)}"
    )


def _question(d: Definition, q: ir.Question | None, grain: str) -> str:
    said = NUMBERS[d.insight][d.number][1]
    if q is None:
        return f"{said}."
    tail = f"{_filters(q.filters)}{' Counted by account.' if q.actor is ir.Actor.ACCOUNT else ''}"
    return f"{_body(d, q, said, grain)}.{tail}"


def _body(d: Definition, q: ir.Question, said: str, grain: str) -> str:
    match q:
        case ir.Funnel():
            return _funnel(d, q, said, grain)
        case ir.Trend():
            return f"{_measure(q.measure)} of {event(q.match)} in the {grain}"
        case ir.Actives():
            last = f"last {q.rolling_days} d of the {grain}" if q.rolling_days > 1 else grain
            return f"Distinct {WHOM[q.actor]} with {event(q.match)} in the {last}"
        case ir.Adoption():
            times = f" at least {q.uses} times" if q.uses > 1 else ""
            eligible = event(q.eligible)
            return f"{said}: {event(q.match)}{times}, of those with {eligible} in the {grain}"
        case ir.TimeToValue():
            return f"{said}: from {event(q.start)} in the {grain} to {event(q.value)}"
        case ir.Retention():
            later = f"{d.period} {grain}{'s' if d.period != 1 else ''} later"
            return f"Of those with {event(q.start)} in the {grain}, the share with {event(q.back)} {later}"
        case ir.Stickiness():
            return f"{said}, by {event(q.match)}, in the {grain}"
    return said


def _funnel(d: Definition, q: ir.Funnel, said: str, grain: str) -> str:
    steps = q.steps[: d.step] if d.step else q.steps
    path = ", then ".join(event(m) for m in steps)
    days = q.window / ir.MICROSECONDS / 86_400
    window = f"{days:g} d" if days >= 1 else f"{days * 24:g} h"
    order = {
        "ordered": "in this order",
        "strict": "with nothing between",
        "unordered": "in any order",
    }
    return (
        f"{said}: {path}, {order[q.order]} within {window}, {q.entry} entry; all steps within the same {grain}"
        + (", less those with " + ", ".join(event(x.match) for x in q.exclude) if q.exclude else "")
    )  # fmt: skip


def _measure(measure: str) -> str:
    if measure == "count":
        return "Number"
    if measure == "people":
        return "People"
    how, _, name = measure.partition(":")
    return f"{ {'sum': 'Sum', 'avg': 'Mean'}.get(how, how) } of {name}"


def event(m: ir.Match) -> str:
    """An event as people say it, with what must hold of it."""
    name = m.event or "any event"
    return f"{name} where {conditions(m.where)}" if m.where else name


def conditions(found: Sequence[ir.Condition]) -> str:
    return " and ".join(condition(c) for c in found)


def condition(c: ir.Condition) -> str:
    value = ", ".join(str(v) for v in c.value) if isinstance(c.value, tuple) else c.value
    about = "" if c.on is ir.On.EVENT else f"{c.on} "
    return f"{about}{c.property} {OPS[c.op]}{'' if value is None else f' {value}'}"


def _filters(found: Sequence[ir.Condition]) -> str:
    return f" Only where {conditions(found)}." if found else ""
