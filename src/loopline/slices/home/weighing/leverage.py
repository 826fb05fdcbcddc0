"""Where the line loses most time and trust, station by station, from the data; counted once a day."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from loopline.platform.db.once import once
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.settings.options import today, workspace
from loopline.platform.thread.marks import STATIONS
from loopline.platform.thread.patience import patience
from loopline.platform.thread.queries import open_threads, passages
from loopline.slices.decisions import queries as decisions
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.queries import DocView
from loopline.slices.docs.services import NewDoc
from loopline.slices.feedback import queries as feedback
from loopline.slices.home.weighing import arithmetic
from loopline.slices.home.weighing.arithmetic import Return, Waiting, Waits
from loopline.slices.releases import queries as releases
from loopline.slices.roadmap import queries as roadmap
from loopline.slices.told import queries as told

LEVERAGE = "leverage"
YEAR, QUARTER, DUE = timedelta(days=365), timedelta(days=91), timedelta(days=30)
MOST = 1000  # threads a station's list keeps
STEPS: Mapping[int, tuple[str, str, str]] = {  # what to do, where, what closing it takes
    1: ("Triage the inbox", "/inbox", "name the problem behind each ask within days, not weeks"),
    2: ("Decide on the most asked", "/opportunities?without_bet=1", "say yes, no or not now to what was understood"),
    3: ("Start what is committed", "/bets?state=committed", "start less, and finish what was promised first"),
    4: ("Ship what is built", "/releases", "put finished work into a release soon"),
    5: ("Read what it did", "/bets?state=shipped", "measure each bet when its days are over"),
    6: ("Tell those who asked", "/follow-ups?state=draft", "send the answers that wait for a yes"),
    7: ("Tell the rest", "/follow-ups?state=draft", "tell everybody who asked, not only the first"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thread:
    """One thread of a gap's list: seconds it waits, whether longer than it should, accounts and their ARR."""

    id: int
    title: str
    seconds: float
    stalled: bool
    accounts: int
    arr: float


@dataclass(frozen=True, slots=True)
class Gap:
    """The way from one station to the next lit one. `left` are threads that passed it in a quarter."""

    station: int
    name: str
    stalled: int
    waits: Waits
    held_to: float
    left: int
    accounts: int
    arr: float
    back: Return
    threads: tuple[Thread, ...]
    count: int

    @property
    def step(self) -> tuple[str, str, str]:
        return STEPS[self.station]


@dataclass(frozen=True, slots=True)
class Leverage:
    """All of it as of a moment; trust: asks never answered, decisions open, releases rolled back, each of a year."""

    as_of: datetime
    minutes: float
    assumed: bool
    currency: str
    gaps: tuple[Gap, ...]
    asked: int
    unanswered: int
    decisions_open: int
    oldest_days: int | None
    shipped: int
    rolled_back: int

    @property
    def moves(self) -> list[Gap]:
        """The two or three gaps whose closing brings most."""
        worth = [g for g in self.gaps if g.back.threads]
        return sorted(worth, key=lambda g: (-g.back.arr_weeks, -g.back.hours))[:3]

    @property
    def began(self) -> bool:
        return any(g.count or g.waits.n for g in self.gaps)


@once
def page() -> DocView | None:
    """The page with what was said about it; the newest."""
    return next(iter(docs.of_template(LEVERAGE)), None)


def ensure(*, actor: Actor, now: datetime, sample: bool = False) -> int:
    """The page's id; made where there is none."""
    found = page()
    return (
        found.id
        if found
        else writing.create_doc(actor=actor, new=NewDoc("", LEVERAGE), now=now, sample=sample)
    )


def read(actor: Actor, now: datetime) -> Leverage:
    """What was counted last night, else what is so now. Raises NotAllowed."""
    allow(actor, "line.read")
    doc = page()
    minutes = (doc.data.get("minutes") if doc else None) or None
    if doc and doc.kept_at and today(doc.kept_at) == today(now):
        kept = (docs.one(actor=Actor.system(), doc_id=doc.id).kept or {}).get(LEVERAGE)
        if kept and kept["minutes"] == (minutes or arithmetic.MINUTES):
            return thawed(kept)
    return count(now, minutes)


def keep(*, now: datetime) -> bool:
    """Count and put it away for the day, where somebody uses the page."""
    doc = page()
    if doc is None:
        return False
    found = count(now, doc.data.get("minutes") or None)
    writing.keep_blocks(
        actor=Actor.system("Leverage"), doc_id=doc.id, kept={LEVERAGE: frozen(found)}, now=now
    )
    return True


def frozen(found: Leverage) -> dict[str, Any]:
    """As plain data."""
    return asdict(found) | {"as_of": found.as_of.isoformat()}


def thawed(kept: Mapping[str, Any]) -> Leverage:
    """What `frozen` put away."""
    gaps = tuple(
        Gap(**{
            **g, "waits": Waits(**g["waits"]), "back": Return(**g["back"]),
            "threads": tuple(Thread(**t) for t in g["threads"]),
        })
        for g in kept["gaps"]
    )  # fmt: skip
    return Leverage(**{**kept, "gaps": gaps, "as_of": datetime.fromisoformat(kept["as_of"])})


def count(now: datetime, minutes: float | None = None) -> Leverage:
    """Count it: a fixed number of queries, however many threads."""
    cost = minutes or arithmetic.MINUTES
    finished: dict[int, list[float]] = {n: [] for n in range(1, 8)}
    left = dict.fromkeys(range(1, 8), 0)
    for station, at, seconds in passages("opportunity", since=now - YEAR):
        finished[station].append(seconds)
        left[station] += at >= now - QUARTER
    waiting, views = _waiting(now)
    usual_longest = patience()
    gaps = []
    for n in range(1, 8):
        waits, here = arithmetic.summed(finished[n]), waiting.get(n, [])
        held = arithmetic.usual(waits)
        limit = usual_longest.get(n, DUE).total_seconds()
        worth = {a: arr for w in here for a, arr in w.accounts}
        gaps.append(
            Gap(
                n, _named(n), sum(w.still > limit for w in here), waits, held, left[n], len(worth),
                sum(worth.values()), arithmetic.returned(here, held, cost), _threads(here, views, limit), len(here),
            )
        )  # fmt: skip
    asks = feedback.flow(since=now - YEAR, until=now - DUE).ids
    open_, (shipped, back) = decisions.open_since(), releases.fates(now - YEAR, now)
    return Leverage(
        now, cost, minutes is None, workspace().currency, tuple(gaps), len(asks),
        len(asks) - len(told.told_feedback(asks)), len(open_), (now - open_[0]).days if open_ else None, shipped, back,
    )  # fmt: skip


def _named(n: int) -> str:
    here = STATIONS[n - 1].capitalize()
    return f"{here} to {STATIONS[n]}" if n < len(STATIONS) else f"{here}, not by all"


def _waiting(
    now: datetime,
) -> tuple[dict[int, list[Waiting]], Mapping[int, roadmap.OpportunityView]]:
    found = open_threads("opportunity")
    ids = [i for i, _, _, _ in found]
    demand = roadmap.demand_of(ids, now=now)
    out: dict[int, list[Waiting]] = {}
    for id_, station, since, moved in found:
        seconds = max((now - (since or now)).total_seconds(), 0.0)
        still = max((now - (moved or now)).total_seconds(), 0.0)
        accounts = tuple((a.id, float(a.worth or 0)) for a in demand[id_].accounts)
        out.setdefault(station, []).append(Waiting(id_, seconds, accounts, still))
    return out, roadmap.opportunities_by_id(ids)


def _threads(
    here: list[Waiting], views: Mapping[int, roadmap.OpportunityView], limit: float
) -> tuple[Thread, ...]:
    rows = [
        Thread(
            w.id, views[w.id].title if w.id in views else "", w.seconds, w.still > limit, len(w.accounts),
            sum(arr for _, arr in w.accounts),
        )
        for w in here
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda t: (-t.seconds, t.id))[:MOST])
