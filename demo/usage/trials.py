"""Visitors of the website and trials: where they come from, how far they get, and how they come back."""

from dataclasses import dataclass

import numpy as np

from demo.oakrow.usage import (
    CHANNELS,
    DAYS,
    DEVICES,
    IMPORT_FIX,
    PREFIX,
    REASONS,
    SOURCE_SHARES,
    SOURCES,
)
from demo.usage.ledger import Floats, Ints, Ledger, Prop
from demo.usage.times import DAY, HOUR, SECOND, Times
from demo.usage.work import Mask

TRIALS, VISITORS = 3_200, 21_000
NAMES = tuple(each.name for each in CHANNELS)
PATHS = (
    "/",
    "/pricing",
    "/rota-templates",
    "/hospitals",
    "/hotels",
    "/blog/rest-rules",
    "/payroll",
)
BUTTONS = ("Start free trial", "Watch the film", "Book a call", "Download the template")
SPREADSHEET = SOURCES.index("spreadsheet")
NEVER = np.iinfo(np.int64).max
PRIMES = (2, 3, 7, 11, 13, 19)


@dataclass(frozen=True)
class Trials:
    """In order of their start. Moments are UTC microseconds, NEVER where somebody did not get there."""

    channel: Ints
    device: Ints
    zone: Ints
    started: Ints
    workspace: Ints
    site: Ints
    import_started: Ints
    imported: Ints
    published: Ints
    source: Ints

    @property
    def fixed(self) -> Mask:
        """Whose trial met the import as it was mended."""
        return self.started >= self._fix

    _fix: int = 0


def start(times: Times, dice: np.random.Generator, scale: float) -> Trials:
    """Everybody who started a trial, with how far they got and when."""
    count = max(round(TRIALS * scale), len(CHANNELS) * 4)
    started, zone = _moments(times, dice, count)
    order = np.argsort(started)
    started, zone = started[order], zone[order]
    shares = np.cumsum([each.share for each in CHANNELS])
    channel = np.minimum(np.searchsorted(shares, _spread(count, 0)), len(CHANNELS) - 1)
    fix = times.shipped(IMPORT_FIX)

    def step(place: int, before: Ints, name: str, seconds: Floats) -> Ints:
        rates = np.array([np.broadcast_to(getattr(each, name), 2) for each in CHANNELS])[channel]
        rate = np.where(started >= fix, rates[:, 1], rates[:, 0])
        there = before < NEVER
        through = there & (_even(there, channel, started >= fix, place) < rate)
        late = np.where(through, before, 0) + (seconds * SECOND).astype(np.int64)
        return np.where(through, late, NEVER)

    workspace = step(1, started, "workspace", dice.uniform(50, 600, count))
    site = step(2, workspace, "site", dice.uniform(60, 1_500, count))
    pause = np.where(dice.random(count) < 0.3, dice.uniform(0, 2.6 * 86_400, count), 0)
    begun = step(3, site, "import_started", dice.uniform(60, 1_800, count) + pause)
    tries = np.where(dice.random(count) < 0.25, dice.uniform(0, 1.5 * 86_400, count), 0)
    imported = step(4, begun, "imported", dice.uniform(90, 2_400, count) + tries)
    wait = np.minimum(dice.exponential(1.7 * 86_400, count), 8.5 * 86_400)
    published = step(5, imported, "published", 1_800 + wait)
    source = _sources(channel, dice)
    device = dice.choice(len(DEVICES), count, p=(0.9, 0.06, 0.04))
    return Trials(
        channel, device, zone, started, workspace, site, begun, imported, published, source, fix
    )


def _moments(times: Times, dice: np.random.Generator, count: int) -> tuple[Ints, Ints]:
    """Some more every week, fewer at weekends, in waking hours."""
    day = np.arange(DAYS)
    weight = (0.75 + 0.5 * day / DAYS) * np.where(times.weekday >= 5, 0.42, 1.0)
    days = dice.choice(DAYS, count, p=weight / weight.sum())
    zone = dice.choice(4, count, p=(0.42, 0.36, 0.14, 0.08))
    return times.at(zone, days, np.clip(dice.normal(13.2, 3.4, count), 0.2, 23.7)), zone


def _spread(count: int, step: int) -> Floats:
    """Numbers of 0 to 1, spread evenly however many are taken; another order for each step."""
    found: Floats = np.arange(1, count + 1) * np.sqrt(PRIMES[step]) % 1.0
    return found


def _even(there: Mask, channel: Ints, fixed: Mask, step: int) -> Floats:
    """Chance without luck: among those of a channel, shares come out as meant, however few they are."""
    found = np.ones(channel.size)
    for kind in range(len(CHANNELS)):
        for late in (False, True):
            rows = np.flatnonzero(there & (channel == kind) & (fixed == late))
            found[rows] = (_spread(rows.size, step) + 0.17 * kind) % 1.0
    return found


def _sources(channel: Ints, dice: np.random.Generator) -> Ints:
    found = dice.choice(len(SOURCES), channel.size, p=SOURCE_SHARES[""])
    paid = channel == NAMES.index("paid search")
    found[paid] = dice.choice(len(SOURCES), int(paid.sum()), p=SOURCE_SHARES["paid search"])
    return found


def write(ledger: Ledger, trials: Trials, who: Ints, dice: np.random.Generator) -> None:
    """The onboarding, step by step; every event says the channel it all began with."""

    def put(
        event: str, rows: Ints, at: Ints, number: tuple[str, Ints] | None = None, **more: Prop | str
    ) -> None:
        props: dict[str, Prop | str] = {
            **more,
            "channel": (NAMES, trials.channel[rows]),
            "plan": "Trial",
            "device": (DEVICES, trials.device[rows]),
        }
        ledger.write(event, who[rows], at, props, number)

    def reached(at: Ints) -> Ints:
        return np.flatnonzero(at < NEVER)

    put("trial started", rows := reached(trials.started), trials.started[rows])
    put("workspace created", rows := reached(trials.workspace), trials.workspace[rows])
    put("site added", rows := reached(trials.site), trials.site[rows])
    rows = reached(trials.import_started)
    source: Prop = (SOURCES, trials.source[rows])
    put("import started", rows, trials.import_started[rows], source=source)
    _failures(put, trials, dice)
    rows = reached(trials.imported)
    size = dice.lognormal(5.3, 0.8, rows.size).astype(np.int64) + 4
    source = (SOURCES, trials.source[rows])
    put("import finished", rows, trials.imported[rows], ("rows", size), source=source)
    put("rota created", rows, trials.imported[rows] + dice.integers(60, 1_500, rows.size) * SECOND)
    rows = reached(trials.published)
    people = dice.integers(3, 60, rows.size)
    put("rota published", rows, trials.published[rows], ("people", people))
    put("staff invited", rows, trials.published[rows] + 240 * SECOND, by="link")
    asks = rows[dice.random(rows.size) < 0.24]
    at = trials.published[asks] + (dice.uniform(2, 18, asks.size) * DAY).astype(np.int64)
    put("quote requested", asks, at, ("seats", dice.integers(8, 220, asks.size)))


def _failures(put, trials: Trials, dice: np.random.Generator) -> None:  # type: ignore[no-untyped-def]
    """Refused sheets: some before it works, more where it never does."""
    begun, done = trials.import_started < NEVER, trials.imported < NEVER
    sheet = trials.source == SPREADSHEET
    mean = np.where(done, 0.35, 1.5) * np.where(sheet, 1.0, 0.2)
    count = np.where(begun, dice.poisson(mean), 0)
    count = np.maximum(count, begun & ~done & sheet & (dice.random(count.size) < 0.7))
    rows = np.repeat(np.arange(count.size), count)
    end = np.where(done, trials.imported, trials.import_started + HOUR)[rows]
    at = trials.import_started[rows]
    at = at + 20 * SECOND + ((end - at - 40 * SECOND) * dice.random(rows.size)).astype(np.int64)
    late = trials.fixed[rows]
    dates = np.where(late, 0.07, 0.52)
    pick = dice.random(rows.size)
    rest = 1 + np.minimum((pick - dates) / (1 - dates) * 3, 2.999).astype(np.int64)
    reason = np.where(pick < dates, 0, rest)
    put("import failed", rows, at, source=(SOURCES, trials.source[rows]), reason=(REASONS, reason))


def visits(
    ledger: Ledger, times: Times, trials: Trials, anonymous: Ints, dice: np.random.Generator
) -> None:
    """The website, before anybody has a name: who will start a trial, and many who will not."""
    count = round(VISITORS * trials.started.size / TRIALS)
    lost = ledger.meet([(f"{PREFIX}anon-{n + 0x40000:06x}", "", "") for n in range(count)])
    at, _ = _moments(times, dice, count)
    channel = dice.choice(len(CHANNELS), count, p=(0.4, 0.33, 0.06, 0.04, 0.03, 0.14))
    _browse(ledger, lost, at, channel, 0.35, dice)
    before = trials.started - dice.integers(30, 900, trials.started.size) * SECOND
    _browse(ledger, anonymous, before, trials.channel, 0.7, dice)
    again = dice.random(before.size) < 0.45
    days = (dice.uniform(0.2, 9, before.size) * DAY).astype(np.int64)
    _browse(ledger, anonymous[again], (before - days)[again], trials.channel[again], 0.4, dice)


def _browse(
    ledger: Ledger, who: Ints, at: Ints, channel: Ints, keen: float, dice: np.random.Generator
) -> None:
    device = dice.choice(len(DEVICES), who.size, p=(0.62, 0.2, 0.18))

    def put(event: str, rows: Ints, seconds: int, **more: Prop | str) -> None:
        props: dict[str, Prop | str] = {
            **more, "channel": (NAMES, channel[rows]), "device": (DEVICES, device[rows]),
        }  # fmt: skip
        late = dice.integers(seconds, seconds + 25, rows.size) * SECOND
        ledger.write(event, who[rows], at[rows] + late, props)

    def some(chance: float) -> Ints:
        return np.flatnonzero(dice.random(who.size) < chance)

    for seconds, chance in ((0, 1.0), (40, 0.5), (90, keen)):
        rows = some(chance)
        put("site visited", rows, seconds, path=(PATHS, dice.choice(len(PATHS), rows.size)))
    put("pricing viewed", some(keen), 70)
    put("page_view", some(0.16), 2)
    rows = some(0.2)
    put("ClickedButton", rows, 100, label=(BUTTONS, dice.choice(len(BUTTONS), rows.size)))
