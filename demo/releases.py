"""A release a week: the bets that shipped that day, and upkeep."""

from datetime import timedelta
from functools import partial

from demo.context import Context
from demo.oakrow.story import BETS, next_version, versions
from demo.work import items_of, upkeep
from loopline.platform.jobs.worker import run_until_empty
from loopline.slices.releases import services as releases


def load(w: Context) -> None:
    """Ship on every day a bet shipped, and every nine days besides; have the next one nearly ready."""
    for n, (day, version) in enumerate(versions(w.now)):
        w.plan(w.at(day, 15), partial(_release, w, n, day, version))
    w.plan(w.at(1, 15), lambda: _coming(w, next_version(w.now)))


def _release(w: Context, n: int, day: int, version: str) -> None:
    who, now = w.actor("Jonas Weber"), w.at(day, 15)
    shipped = [i for i, b in enumerate(BETS) if b.shipped == day]
    items = [x for i in shipped for x in items_of(w.bets[i])]
    items += upkeep(w, n, day)
    title = BETS[shipped[0]].title if shipped else "Fixes and upkeep"
    made = releases.create_release(
        actor=who,
        version=version,
        title=title,
        target_on=w.at(day).date(),
        work_items=items,
        now=w.at(day + 3, 9),
        sample=True,
    )
    for place in range(_followed(n, day)):
        releases.tick(
            actor=w.actor("Victor Hale"),
            release_id=made,
            place=place,
            done=True,
            now=w.at(day + 1, 10 + place),
        )
    releases.ship_release(actor=who, release_id=made, now=now)
    run_until_empty(("default",))


def _followed(n: int, day: int) -> int:
    """How many of the five lines of the checklist were done: few a year ago, all of them since it is short."""
    if day > 260:
        return 2 + n % 2
    if day > 170:
        return 3 + n % 2
    return 4 + (n % 3 > 0) if day > 70 else 5


def _coming(w: Context, version: str) -> None:
    """The next release, nearly ready: the payroll export's first part."""
    who, now = w.actor("Jonas Weber"), w.at(1, 15)
    items = items_of(w.bets[15]) + upkeep(w, 90, 2)
    made = releases.create_release(
        actor=who,
        version=version,
        title="Payroll export, first part",
        target_on=(w.now + timedelta(days=2)).date(),
        work_items=items,
        now=now,
        sample=True,
    )
    for place in range(3):
        releases.tick(
            actor=w.actor("Victor Hale"), release_id=made, place=place, done=True, now=now
        )
