"""Coming back in a trial: those who published a rota do, most others do not."""

import numpy as np

from demo.oakrow.usage import DAYS, PLANS
from demo.usage.crowd import MANAGER, Crowd
from demo.usage.ledger import Ints, Ledger
from demo.usage.times import DAY, HOUR, Times
from demo.usage.trials import NEVER, Trials
from demo.usage.work import Days, at_desk

TRIAL_DAYS = 30


def write(
    ledger: Ledger, times: Times, trials: Trials, who: Ints, dice: np.random.Generator
) -> None:
    """Signing in and looking round on later days; planning only once a rota was published."""
    count = trials.started.size
    first = (trials.started - times.start) // DAY
    age = np.arange(DAYS) - first[:, None]
    stays = np.where(
        dice.random(count) < 0.42, DAYS, TRIAL_DAYS
    )  # a longer trial, agreed with sales
    active = (trials.published < NEVER)[:, None]
    keen = dice.lognormal(-0.1, 0.4, count)[:, None]
    chance = np.where(active, 0.2 + 0.34 * np.exp(-age / 20), 0.26 * np.exp(-age / 5))
    chance = chance * keen * np.where(times.weekday >= 5, 0.3, 1.1)
    there = (age >= 1) & (age < np.where(active, stays[:, None], TRIAL_DAYS))
    person, day = np.nonzero(dice.random(age.shape) < np.minimum(chance, 0.95) * there)
    hour = np.clip(dice.normal(11.4, 2.6, person.size), 6, 22)
    crowd = _crowd(trials, who, first, times)
    days = Days(crowd, times, person, day, times.at(trials.zone[person], day, hour))
    plans = days.at - HOUR > trials.published[person]
    at_desk(ledger, days.some(plans), dice)
    looks = days.some(~plans)
    looks.write(ledger, "session started")
    again = looks.some(dice.random(looks.at.size) < 0.7).later(45)
    again.write(
        ledger, "rota viewed", number=("duration_ms", dice.integers(240, 900, again.at.size))
    )


def _crowd(trials: Trials, who: Ints, first: Ints, times: Times) -> Crowd:
    count = who.size
    return Crowd(
        who=who,
        account=np.zeros(count, dtype=np.int64),
        role=np.full(count, MANAGER),
        plan=np.full(count, PLANS.index("Trial")),
        zone=trials.zone,
        device=trials.device,
        first=first,
        last=np.full(count, DAYS),
        keen=np.ones(count),
        lag=np.zeros(count, dtype=np.int64),
        weekend=np.ones(count),
        known=[],
    )
