"""What was released in these months: used from its release on, by more accounts every week, by plan unequally."""

import numpy as np

from demo.oakrow.usage import CHECKLIST, COST_PLAN, SWAPS, WARD_REPORT
from demo.usage.crowd import MANAGER, PAYROLL, PLANNER, STAFF
from demo.usage.ledger import Ints, Ledger
from demo.usage.times import DAY, HOUR
from demo.usage.work import Days, Mask

# Shares of accounts on Team, Business and Enterprise that take it up in the end, and the days most of them need.
TAKES_UP = {
    SWAPS: ((0.16, 0.36, 0.62), 6.0),
    WARD_REPORT: ((0.12, 0.48, 0.74), 12.0),
    COST_PLAN: ((0.30, 0.46, 0.58), 16.0),
    CHECKLIST: ((0.5, 0.5, 0.4), 5.0),
}


def write(ledger: Ledger, days: Days, dice: np.random.Generator) -> None:
    """Swaps, the ward report, planning with costs and the checklist."""
    role = days.role
    lead = (role == MANAGER) | (role == PLANNER)
    reports = _using(WARD_REPORT, days, lead | (role == PAYROLL), 0.26, dice)
    by = (("ward", "week", "ward and week"), dice.choice(3, reports.at.size, p=(0.3, 0.2, 0.5)))
    reports.write(ledger, "ward report viewed", by=by)
    _using(COST_PLAN, days, lead, 0.2, dice).write(ledger, "cost plan opened")
    steps = _using(
        CHECKLIST, days, lead & (days.day - days.crowd.first[days.person] < 10), 0.4, dice
    )
    step = (("site", "skills", "staff", "rota"), dice.choice(4, steps.at.size))
    steps.write(ledger, "checklist step done", step=step)
    _swaps(ledger, days, dice)


def _swaps(ledger: Ledger, days: Days, dice: np.random.Generator) -> None:
    """A request is checked at once; a manager's yes takes most of a day, as it waits for a desk."""
    asked = _using(SWAPS, days, days.role == STAFF, 0.07, dice)
    asked.write(ledger, "swap requested")
    refused = dice.random(asked.at.size) < 0.14
    asked.some(refused).later(2).write(ledger, "swap refused", rule="rest of 11 hours")
    passed = asked.some(~refused & (dice.random(asked.at.size) < 0.86))
    boss = _managers(days, passed)
    wait = dice.lognormal(np.log(19.0), 0.7, passed.at.size)
    late = passed.later(wait * 3600)
    has = boss >= 0
    approved = Days(days.crowd, days.times, boss, late.day, late.at).some(has)
    approved.write(ledger, "swap approved")


def _managers(days: Days, asked: Days) -> Ints:
    """For each request a manager of its account; -1 where there is none."""
    crowd = days.crowd
    first = np.full(int(crowd.account.max()) + 1, -1)
    leads = np.flatnonzero(crowd.role == MANAGER)
    first[crowd.account[leads[::-1]]] = leads[::-1]
    found: Ints = first[crowd.account[asked.person]]
    return found


def _using(release: int, days: Days, who: Mask, chance: float, dice: np.random.Generator) -> Days:
    """The days on which those people used it: after their account took it up, some minutes after they came."""
    begins = _taken_up(release, days, dice)
    rows = days.some(who & (dice.random(days.at.size) < chance))
    rows = rows.later(dice.uniform(60, 1_500, rows.at.size))
    return rows.some(rows.at >= begins[days.crowd.account[rows.person]])


def _taken_up(release: int, days: Days, dice: np.random.Generator) -> Ints:
    """When each account took it up; the end of time where it did not."""
    crowd, (shares, days_needed) = days.crowd, TAKES_UP[release]
    accounts = int(crowd.account.max()) + 1
    plan = np.zeros(accounts, dtype=np.int64)
    plan[crowd.account] = crowd.plan
    # By the golden ratio: shares come out as meant, also among few accounts.
    even = (np.arange(accounts) * 0.618034 + release * 0.37) % 1.0
    waits = dice.exponential(days_needed, accounts) * DAY + dice.uniform(0, HOUR, accounts)
    begins = days.times.shipped(release) + waits.astype(np.int64)
    return np.where(even < np.array((*shares, 0.0))[plan], begins, np.iinfo(np.int64).max)
