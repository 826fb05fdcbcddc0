"""Who did what, in plain Python: persons from facts, rows with their properties, and what a match takes."""

import json
import re
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from loopline.core.insights import ir

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Who:
    """Who is who, from facts in order of time."""

    def __init__(self, facts):
        self.group, self.known, self.attached, self.seen = {}, set(), {}, []
        self.person_facts, self.account_facts, self.members = [], defaultdict(dict), []
        for fact in sorted(facts, key=lambda each: each.at):
            if fact.kind in ("identify", "alias"):
                self._join(fact)
            elif fact.kind in ("person", "person_once"):
                once = fact.kind == "person_once"
                self.person_facts.append((fact.subject, once, json.loads(fact.properties)))
            elif fact.kind == "account":
                self.account_facts[fact.subject].update(json.loads(fact.properties))
            elif fact.kind == "member":
                self.members.append((fact.subject, fact.object))

    def _join(self, fact):
        for each in (fact.subject, fact.object):
            if each not in self.seen:
                self.seen.append(each)
        if fact.subject == fact.object:
            self.known |= {fact.object} if fact.kind == "identify" else set()
            return
        if fact.kind == "identify":
            self.known.add(fact.object)
            if fact.subject in self.known or fact.subject in self.attached:
                return
            self.attached[fact.subject] = fact.object
        a = self.group.setdefault(fact.subject, {fact.subject})
        b = self.group.setdefault(fact.object, {fact.object})
        if a is not b:
            a |= b
            for each in b:
                self.group[each] = a

    def person(self, distinct):
        group = self.group.get(distinct, {distinct})
        return min(
            group,
            key=lambda each: (
                each not in self.known,
                each not in self.seen or self.seen.index(each),
            ),
        )

    def properties(self, person):
        found = {}
        for subject, once, values in self.person_facts:
            if self.person(subject) == person:
                known = {name for name in found if found[name] is not None} if once else ()
                found.update({name: value for name, value in values.items() if name not in known})
        return found

    def account(self, person):
        found = ""
        for subject, account in self.members:
            if self.person(subject) == person:
                found = account
        return found


class Row:
    def __init__(self, event, who):
        self.event, self.ts = event.event, event.ts
        self.order = (event.ts, event.received_at, event.id)
        self.props = json.loads(event.properties)
        self.person = who.person(event.distinct_id)
        self.account = event.account or who.account(self.person)
        self.on = {
            ir.On.EVENT: self.props,
            ir.On.PERSON: who.properties(self.person),
            ir.On.ACCOUNT: who.account_facts[self.account] if self.account else {},
        }


def kind(value):
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def holds(condition, row):
    value = row.on[condition.on].get(condition.property)
    op, want = condition.op.value, condition.value

    def same(other):
        return (
            kind(value) == kind(other)
            and kind(value) in ("bool", "number", "str")
            and value == other
        )

    if op == "is_set":
        return value is not None
    if op == "is_not_set":
        return value is None
    if op in ("eq", "ne"):
        return same(want) == (op == "eq")
    if op in ("in", "not_in"):
        return any(same(each) for each in want) == (op == "in")
    if op in ("contains", "regex"):
        return isinstance(value, str) and (
            want in value if op == "contains" else bool(re.search(want, value))
        )
    if kind(value) != kind(want) or kind(value) not in ("number", "str"):
        return False
    return {"gt": value > want, "gte": value >= want, "lt": value < want, "lte": value <= want}[op]


def fits(match, row):
    return (match.event is None or match.event == row.event) and all(
        holds(c, row) for c in match.where
    )


def label(value):
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


# periods


def local_day(at, zone):
    return (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)).date()


def period_of(day, interval):
    if interval is ir.Interval.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval is ir.Interval.MONTH else day


def step_period(day, interval, count=1):
    if interval is ir.Interval.MONTH:
        months = day.year * 12 + day.month - 1 + count
        return date(months // 12, months % 12 + 1, 1)
    return day + timedelta(days=count * (7 if interval is ir.Interval.WEEK else 1))


def instant(day, zone):
    local = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    return (local.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def periods(span, interval):
    """First days of the periods the span touches."""
    if span.end <= span.start:
        return []
    found = [period_of(local_day(span.start, span.zone), interval)]
    last = period_of(local_day(span.end - 1, span.zone), interval)
    while found[-1] < last:
        found.append(step_period(found[-1], interval))
    return found
