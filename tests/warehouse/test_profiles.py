"""What is known of persons and accounts is what their facts say in order of time, whichever way they came."""

import json

import pytest

from loopline.core.insights import ir
from loopline.warehouse.identity import Identities
from loopline.warehouse.records import Fact
from tests.warehouse.asked import HOUR, both, events

DAY = 24 * HOUR


def known(*facts, person="p"):
    made = [
        Fact(kind, person, at, properties=json.dumps(given).encode())
        for at, (kind, given) in enumerate(facts)
    ]
    return Identities(made).people()[person]


def test_what_is_set_once_stays_until_it_is_set_or_taken_away():
    assert known(("person_once", {"first": "a"}), ("person_once", {"first": "b"})) == {"first": "a"}
    assert known(("person_once", {"x": 1}), ("person", {"x": 2})) == {"x": 2}
    assert known(("person", {"x": 1}), ("person_once", {"x": 2, "y": 3})) == {"x": 1, "y": 3}
    assert known(("person", {"x": None}), ("person_once", {"x": 2})) == {"x": 2}


@pytest.mark.parametrize(
    ("before", "operations", "after"),
    [
        ({"n": 2}, {"$add": {"n": 3, "m": 1.5}}, {"n": 5, "m": 1.5}),
        ({"n": "text"}, {"$add": {"n": 3}}, {"n": "text"}),
        ({"l": [1]}, {"$append": {"l": 2, "k": "a"}}, {"l": [1, 2], "k": ["a"]}),
        ({"l": [1]}, {"$prepend": {"l": [2, 3]}}, {"l": [2, 3, 1]}),
        ({"l": [1, 2]}, {"$union": {"l": [2, 3]}}, {"l": [1, 2, 3]}),
        ({"l": [1, 2]}, {"$postInsert": {"l": 2}}, {"l": [1, 2]}),
        ({"l": [1, 2]}, {"$preInsert": {"l": [2, 3]}}, {"l": [3, 1, 2]}),
        ({"l": [1, 2, 1]}, {"$remove": {"l": 1}}, {"l": [2]}),
        ({"l": 1}, {"$remove": {"l": 1}}, {"l": 1}),
        ({"a": 1}, {"$delete": ""}, {}),
        ({"a": 1}, {"$clearAll": "-"}, {}),
        ({"a": 1}, {"$conjure": {"a": 2}, "$add": 7}, {"a": 1}),
    ],
)
def test_operations_of_the_sdks_change_what_is_there(before, operations, after):
    assert known(("person", before), ("person_change", operations)) == after
    fact = [Fact("account", "acme", 1, properties=json.dumps(before).encode()),
            Fact("account_change", "acme", 2, properties=json.dumps(operations).encode())]  # fmt: skip
    assert Identities(fact).accounts["acme"] == after


def test_filters_on_persons_and_accounts_see_the_latest_and_those_on_events_what_was_sent():
    rows = events(("p", "A", 10 * DAY, b'{"plan":"free"}'), ("p", "A", 12 * DAY, b'{"plan":"pro"}'))
    facts = [
        Fact("person", "p", 9 * DAY, properties=b'{"plan":"free"}'),
        Fact("person", "p", 11 * DAY, properties=b'{"plan":"pro"}'),
        Fact("member", "p", 9 * DAY, "small"),
        Fact("member", "p", 11 * DAY, "acme"),
        Fact("account", "acme", 9 * DAY, properties=b'{"arr":1}'),
        Fact("account", "acme", 20 * DAY, properties=b'{"arr":900}'),
    ]
    counted = {}
    for on, name, value in ((ir.On.EVENT, "plan", "pro"), (ir.On.PERSON, "plan", "pro"),
                            (ir.On.PERSON, "plan", "free"), (ir.On.ACCOUNT, "arr", 900)):  # fmt: skip
        where = (ir.Condition(name, ir.Op.EQ, value, on),)
        question = ir.Trend(ir.Span(0, 40 * DAY), filters=where, interval=ir.Interval.MONTH)
        answer = both(rows, question, facts)
        counted[on, value] = sum(p.value for s in answer.series for p in s.points)
    assert list(counted.values()) == [1, 2, 0, 2]
