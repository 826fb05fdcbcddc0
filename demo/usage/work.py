"""What customers' people do day by day: plan, publish, look at shifts, clock in, ask for leave, export hours."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from demo.oakrow.usage import DAYS, DEVICES, OUTAGE, OUTAGE_HOURS, PLANS
from demo.usage.crowd import MANAGER, PAYROLL, PLANNER, STAFF, Crowd
from demo.usage.ledger import Floats, Ints, Ledger, Prop
from demo.usage.times import HOUR, SECOND, Times

Mask = NDArray[np.bool_]
ANDROID = DEVICES.index("android")
ACTIVE = {STAFF: 0.4, MANAGER: 0.62, PLANNER: 0.74, PAYROLL: 0.4}  # share of weekdays
OFFICE_WEEKEND = 0.12  # of what their staff do then


@dataclass(frozen=True)
class Days:
    """One row for each day that somebody came: the person's place in the crowd, the day, and when they began."""

    crowd: Crowd
    times: Times
    person: Ints
    day: Ints
    at: Ints

    def some(self, rows: Mask | Ints) -> "Days":
        """Those rows; a row given twice is there twice."""
        return replace(self, person=self.person[rows], day=self.day[rows], at=self.at[rows])

    def later(self, seconds: Floats | int) -> "Days":
        """The same, so many seconds on."""
        return replace(self, at=self.at + np.asarray(np.asarray(seconds) * SECOND, dtype=np.int64))

    @property
    def weekday(self) -> Ints:
        found: Ints = self.times.weekday[self.day]
        return found

    @property
    def role(self) -> Ints:
        found: Ints = self.crowd.role[self.person]
        return found

    def write(
        self, ledger: Ledger, event: str, number: tuple[str, Ints] | None = None, **more: Prop | str
    ) -> None:
        """This event for every row, with what all events of the product carry."""
        lagging = self.at - self.crowd.lag[self.person]
        props: dict[str, Prop | str] = {
            **more,
            "plan": (PLANS, self.crowd.plan[self.person]),
            "device": (DEVICES, self.crowd.device[self.person]),
            "app_version": self.times.version(lagging),
        }
        ledger.write(event, self.crowd.who[self.person], self.at, props, number)


def days_of(crowd: Crowd, times: Times, dice: np.random.Generator) -> Days:
    """Who came on which day: by role and keenness, fewer at weekends, a little more every week."""
    chance = np.array([ACTIVE[role] for role in range(4)])[crowd.role] * crowd.keen
    weekend = np.where(crowd.role == STAFF, crowd.weekend, crowd.weekend * OFFICE_WEEKEND)
    day = np.arange(DAYS)
    rises = 0.9 + 0.2 * day / DAYS
    share = np.where(times.weekday[day] >= 5, weekend[:, None], 1.0)
    there = (day >= crowd.first[:, None]) & (day < crowd.last[:, None])
    chances = np.minimum(chance[:, None] * share * rises, 0.97) * there
    person, days = np.nonzero(dice.random(chances.shape) < chances)
    hour = _hours(crowd.role[person], dice)
    at = times.at(crowd.zone[person], days, hour)
    return _outage(Days(crowd, times, person, days, at), dice)


def _hours(role: Ints, dice: np.random.Generator) -> Floats:
    """Staff look around the starts of shifts; offices keep office hours."""
    shift = dice.choice((5.7, 7.6, 13.6, 18.4, 21.4), role.size, p=(0.24, 0.24, 0.26, 0.16, 0.1))
    shift += dice.normal(0, 0.8, role.size)
    office = dice.choice((8.4, 9.6, 13.4, 15.2), role.size) + dice.normal(0, 0.9, role.size)
    return np.clip(np.where(role == STAFF, shift, office), 0.1, 23.4)


def _outage(days: Days, dice: np.random.Generator) -> Days:
    """Most Android phones got no further than the sign-in, for some hours."""
    return days.some(~(in_outage(days) & (dice.random(days.at.size) < 0.78)))


def in_outage(days: Days) -> Mask:
    """Which rows lie in the outage, on a phone that it hit."""
    begin = days.times.shipped(OUTAGE)
    inside = (days.at >= begin) & (days.at < begin + OUTAGE_HOURS * HOUR)
    found: Mask = inside & (days.crowd.device[days.person] == ANDROID)
    return found


def write(ledger: Ledger, days: Days, dice: np.random.Generator) -> None:
    """All that is done by people of customers, but for what was released in these months."""
    role = days.role
    _staff(ledger, days.some(role == STAFF), dice)
    at_desk(ledger, days.some((role == MANAGER) | (role == PLANNER)), dice)
    _payroll(ledger, days.some(role == PAYROLL), dice)
    bad = days.some(dice.random(days.at.size) < np.where(in_outage(days), 0.9, 0.004))
    code = np.where(in_outage(bad), 0, dice.integers(1, 4, bad.at.size))
    codes = ("signed out", "timeout", "no connection", "not allowed")
    bad.later(3).write(ledger, "error shown", code=(codes, code))


def _maybe(days: Days, chance: Floats | float, dice: np.random.Generator) -> Days:
    return days.some(dice.random(days.at.size) < chance)


def _times(days: Days, mean: Floats | float, dice: np.random.Generator) -> Days:
    """Each row as often as it happens that day, a minute or so apart."""
    count = dice.poisson(mean, days.at.size)
    rows = np.repeat(np.arange(days.at.size), count)
    again = np.arange(rows.size) - np.repeat(np.cumsum(count) - count, count)
    return days.some(rows).later(20 + again * dice.uniform(25, 95, rows.size))


def _staff(ledger: Ledger, days: Days, dice: np.random.Generator) -> None:
    days.write(ledger, "app opened")
    _maybe(days, 0.78, dice).later(6).write(ledger, "shift viewed")
    _maybe(days, 0.36, dice).later(40).write(ledger, "shift started")
    again = _maybe(days, 0.22, dice)
    again = again.later(dice.uniform(3_600, 14_400, again.at.size))
    again.write(ledger, "app opened")
    again.later(5).write(ledger, "shift viewed")
    offered = _maybe(days, 0.05, dice).later(30)
    answer = (("taken", "declined"), (dice.random(offered.at.size) > 0.46).astype(np.int64))
    offered.write(ledger, "offer answered", answer=answer)
    leave = _maybe(days, 0.011, dice).later(50)
    length = dice.choice(15, leave.at.size) + 1
    leave.write(ledger, "leave requested", number=("days", length))
    _maybe(days, 0.0012, dice).later(70).write(ledger, "notifications muted")


def at_desk(ledger: Ledger, days: Days, dice: np.random.Generator) -> None:
    planner = np.where(days.role == PLANNER, 2.0, 1.0)
    weekday = days.weekday
    days.write(ledger, "session started")
    rota = _times(days, planner * 1.3, dice)
    size = days.crowd.plan[rota.person]
    wait = dice.lognormal(np.array([6.0, 6.5, 7.1, 6.0])[size], 0.45, rota.at.size)
    rota.write(ledger, "rota viewed", number=("duration_ms", wait.astype(np.int64)))
    _times(days, planner * 1.5, dice).later(90).write(ledger, "shift assigned")
    _times(days, planner * 0.6, dice).later(150).write(ledger, "shift moved")
    _maybe(days, np.where(weekday < 2, 0.2, 0.05), dice).later(60).write(ledger, "week copied")
    offers = _maybe(days, 0.2, dice).later(320)
    offers.write(ledger, "shift offered", number=("people", dice.integers(2, 40, offers.at.size)))
    _maybe(days, 0.11, dice).later(400).write(ledger, "leave approved")
    late = np.where((weekday >= 2) & (weekday < 5), 0.24, 0.06)
    out = _maybe(days, late * planner / 1.4, dice).later(900)
    out.write(ledger, "rota published", number=("people", dice.integers(5, 90, out.at.size)))
    _maybe(out, 0.3, dice).later(60).write(ledger, "rota printed")
    _maybe(out, 0.05, dice).later(95).write(ledger, "Rota PDF")
    links = _maybe(days, 0.02, dice).later(500)
    by = (("link", "text message", "e-mail"), dice.choice(3, links.at.size, p=(0.5, 0.36, 0.14)))
    links.write(ledger, "staff invited", by=by)
    _maybe(days, np.where(weekday == 0, 0.4, 0.06), dice).later(600).write(
        ledger, "timesheet approved"
    )


def _payroll(ledger: Ledger, days: Days, dice: np.random.Generator) -> None:
    days.write(ledger, "session started")
    _times(days, 2.2, dice).later(60).write(ledger, "timesheet approved")
    _maybe(days, 0.12, dice).later(500).write(ledger, "timesheet corrected")
    tries = _maybe(days, np.where(days.weekday < 2, 0.7, 0.25), dice).later(700)
    failed = dice.random(tries.at.size) < 0.09
    reason = dice.choice(3, int(failed.sum()), p=(0.5, 0.3, 0.2))
    reasons = ("no cost centre", "split shift", "open timesheet")
    tries.some(failed).write(ledger, "export failed", reason=(reasons, reason))
    good = tries.some(~failed)
    kind = (("csv", "xlsx", "datev"), dice.choice(3, good.at.size, p=(0.5, 0.32, 0.18)))
    rows = dice.integers(20, 900, good.at.size)
    good.write(ledger, "export downloaded", number=("rows", rows), format=kind)
