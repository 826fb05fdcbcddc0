"""The whole of Oakrow's usage in memory: columns of events, and the facts about their people."""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from demo.oakrow import SEED
from demo.oakrow.accounts import customers
from demo.oakrow.usage import PREFIX
from demo.usage import crowd, facts, novelties, returns, trials, work
from demo.usage.ledger import Ledger
from demo.usage.times import Times, times
from loopline.warehouse.records import Fact


@dataclass(frozen=True)
class Usage:
    """Events in order of time: `columns` ts, event, who, text, number; the other lists are what these point into.

    `people` are (distinct id, account, anonymous id). A text ends where the event's number follows.
    """

    columns: dict[str, Any]
    events: list[str]
    people: list[tuple[str, str, str]]
    texts: list[str]
    facts: list[Fact]

    def __len__(self) -> int:
        return len(self.columns["ts"])


def make(now: datetime, scale: float = 1.0) -> Usage:
    """About a million events up to `now` (UTC), the same for the same moment; `scale` makes fewer people."""
    at, ledger = times(now), Ledger()
    cast = customers(random.Random(SEED))
    dice = np.random.default_rng(SEED)
    people = crowd.gather(ledger, cast, dice, scale)
    days = work.days_of(people, at, dice)
    work.write(ledger, days, dice)
    novelties.write(ledger, days, dice)
    learnt = list(facts.of_customers(people, _ids(ledger, people.who), cast, at))
    learnt += _trials(ledger, at, cast, dice, scale)
    columns = ledger.columns(at.now)
    return Usage(
        columns=columns,
        events=list(ledger.events),
        people=ledger.people,
        texts=list(ledger.texts),
        facts=sorted((each for each in learnt if each.at <= at.now), key=lambda each: each.at),
    )


def _trials(
    ledger: Ledger, at: Times, cast: list[Any], dice: np.random.Generator, scale: float
) -> list[Fact]:
    found = trials.start(at, dice, scale)
    known = facts.people_of_trials(found, cast, dice)
    anonymous = [(f"{PREFIX}anon-{n:06x}", "", "") for n in range(len(known))]
    visitors = ledger.meet(anonymous)
    named = [
        (f"{PREFIX}{900_000 + n}", each["account"], anonymous[n][0]) for n, each in enumerate(known)
    ]
    who = ledger.meet(named)
    trials.visits(ledger, at, found, visitors, dice)
    trials.write(ledger, found, who, dice)
    returns.write(ledger, at, found, who, dice)
    ids = [each[0] for each in named]
    return list(facts.of_trials(found, known, ids, [each[0] for each in anonymous]))


def _ids(ledger: Ledger, who: Any) -> list[str]:
    return [ledger.people[place][0] for place in who.tolist()]
