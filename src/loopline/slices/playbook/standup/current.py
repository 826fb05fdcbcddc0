"""The map of today's way from discovery to release: steps, waits as told and as measured, drawn to scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from markupsafe import Markup

from loopline.platform.thread.queries import standings
from loopline.platform.ui.drawn.waits import waits
from loopline.platform.ui.formats import num, plural
from loopline.slices.docs.queries import DocView
from loopline.slices.feedback import queries as feedback
from loopline.slices.measures import queries as measures
from loopline.slices.playbook.standup.sheets import rows_of

DAY = 86_400.0
SINCE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Measured:
    """What the data says of a station's wait in days, in words, and where that opens."""

    days: float
    said: str
    href: str


@dataclass(frozen=True, slots=True)
class Step:
    """`wait` in days as people told, None where nobody did."""

    name: str
    station: str
    owner: str
    wait: float | None
    pain: str
    measured: Measured | None = None


@dataclass(frozen=True, slots=True)
class Map:
    """The steps of the newest map, in order."""

    doc: DocView | None
    steps: tuple[Step, ...]

    @property
    def total(self) -> float | None:
        known = [s.wait for s in self.steps if s.wait is not None]
        return sum(known) if known else None

    @property
    def longest(self) -> Step | None:
        waits = [s for s in self.steps if s.wait]
        return max(waits, key=lambda s: s.wait or 0.0) if waits else None


def read(doc: DocView, measured: Mapping[str, Measured] | None = None) -> Map:
    """The steps in order; with what was measured by station beside what was told."""
    known = measured or {}
    steps = [
        Step(
            r.get("step") or "A step", r.get("station") or "", r.get("owner") or "", r.get("wait"), r.get("pain") or "",
            known.get(r.get("station") or ""),
        )
        for r in rows_of(doc, "steps")
    ]  # fmt: skip
    return Map(doc, tuple(steps))


def measured(now: datetime) -> dict[str, Measured]:
    """By station, in days: how long triage took, how long open problems wait now, how long work takes. Five queries.

    Stations without data are left out.
    """
    out = {}
    for s in standings(object_type="opportunity", now=now):
        if s.median_wait is not None:
            days = s.median_wait.total_seconds() / DAY
            said = f"{num(round(days, 1))} d: half of {plural(s.threads, 'open problem')} there wait longer"
            out[s.name.capitalize()] = Measured(days, said, "/line/health")
    triage = feedback.flow(since=now - SINCE, until=now).triage_seconds
    if triage:
        days = median(triage) / DAY
        out["Heard"] = Measured(
            days, f"{num(round(days, 1))} d: half of {plural(len(triage), 'item')} took longer to triage",
            "/line/health",
        )  # fmt: skip
    ids = measures.installed().get("cycle-time", [])[:1]
    latest = measures.latest_values(ids)
    for metric_id, reading in latest.items():
        said = f"{num(round(reading.value, 1))} d from start to done, half of the work takes longer"
        out["Built"] = Measured(reading.value, said, f"/measures/{metric_id}")
    return out


def drawn(steps: Sequence[Step]) -> Markup:
    """The way as one line, each step as long as it waits; empty without a wait."""
    found = Map(None, tuple(steps))
    longest = found.longest
    said = f", the longest wait at {longest.name}" if longest else ""
    label = f"From discovery to release: {num(round(found.total or 0, 1))} days{said}"
    return waits([(s.name, s.wait or 0.0) for s in steps], "d", label)
