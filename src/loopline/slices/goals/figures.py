"""Where key results stand: the value from the metric or the last check-in, the pace, what to connect."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from loopline.platform.settings import options
from loopline.platform.settings.options import today, zone
from loopline.slices.goals.facts import printed
from loopline.slices.goals.models import CheckIn, KeyResult
from loopline.slices.goals.queries import last_check_ins
from loopline.slices.goals.rules import LOW_CONFIDENCE, STATUS, TONES, Pace, bounds, pace
from loopline.slices.measures import queries as measures

__all__ = ["Standing", "lead", "offer_options", "printed", "standings"]

ON_TRACK, BEHIND = "goals.on_track", "goals.behind"


def offer_options() -> None:
    """The thresholds of pace, as settings."""
    options.offer(
        options.Option(
            ON_TRACK, "Key result on track from",
            "Percent of the way that should be gone by today; from here on it is on track.",
            "number", 95, least=1, most=200,
        ),
        options.Option(
            BEHIND, "Key result behind from",
            "Percent of the way that should be gone by today; from here on it is behind, below it is at risk.",
            "number", 75, least=0, most=200,
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """`value` is None where nothing was measured; `missing` then says what to do about it, with where."""

    value: float | None
    at: datetime | None
    pace: Pace
    check_in: CheckIn | None
    missing: str = ""
    missing_url: str = ""

    @property
    def status(self) -> str:
        return self.pace.status

    @property
    def word(self) -> str:
        return STATUS[self.status]

    @property
    def tone(self) -> str:
        return TONES.get(self.status, "")

    @property
    def percent(self) -> int:
        """Share of the way gone, held between 0 and 100, for a meter."""
        return round(min(max(self.pace.done or 0.0, 0.0), 1.0) * 100)

    @property
    def expected(self) -> int:
        return round((self.pace.expected or 0.0) * 100)

    @property
    def reachable(self) -> bool:
        """Whether it can still be reached: as its owner says; by its pace while they have not said."""
        if self.status == "reached":
            return True
        if self.check_in is not None:
            return self.check_in.confidence >= LOW_CONFIDENCE
        return self.status in ("on_track", "behind")


def _ends(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), zone())


def _read(
    rows: Sequence[KeyResult], last: dict[int, CheckIn], on: date
) -> dict[int, measures.Reading]:
    """The newest reading of each bound key result; of one that is over, the newest before its end."""
    over = [k for k in rows if _over(k, on) and k.pk not in last]
    running = measures.latest_values(k.metric_id for k in rows if not _over(k, on))
    out = {
        k.pk: running[k.metric_id or 0] for k in rows if not _over(k, on) and k.metric_id in running
    }
    for day in sorted({k.due for k in over}):
        then = [k for k in over if k.due == day]
        found = measures.latest_values([k.metric_id for k in then], before=_ends(day))
        out |= {k.pk: found[k.metric_id or 0] for k in then if k.metric_id in found}
    return out


def _over(k: KeyResult, on: date) -> bool:
    return k.due < on or k.objective.state == "closed" or k.dropped_at is not None


def _missing(rows: Iterable[KeyResult]) -> dict[int, tuple[str, str]]:
    bare = list(rows)
    found = measures.metric_summary(k.metric_id for k in bare)
    out = {}
    for k in bare:
        if k.metric_id is None:
            out[k.pk] = ("Say where it stands in the first check-in, or bind it to a metric.", "")
            continue
        s = found.get(k.metric_id)
        said = (
            s.trouble if s else ""
        ) or f"“{s.name if s else 'Its metric'}” has no value yet: see what it waits for."
        out[k.pk] = (said, f"/measures/{k.metric_id}")
    return out


def standings(rows: Sequence[KeyResult], now: datetime) -> dict[int, Standing]:
    """By key result; a fixed number of queries for those of one quarter."""
    on, last = today(now), last_check_ins(k.pk for k in rows)
    read = _read(rows, last, on)
    values: dict[int, tuple[float | None, datetime | None]] = {}
    for k in rows:
        said = last.get(k.pk)
        if k.pk in read:
            values[k.pk] = (read[k.pk].value, read[k.pk].at)
        elif said and (k.metric_id is None or _over(k, on)):
            values[k.pk] = (said.value, said.measured_at or said.at)
        else:
            values[k.pk] = (None, None)
    empty = _missing(k for k in rows if values[k.pk][0] is None)
    steps = (options.value(ON_TRACK) / 100, options.value(BEHIND) / 100)
    return {
        k.pk: Standing(*values[k.pk], _pace(k, values[k.pk][0], on, steps), last.get(k.pk), *empty.get(k.pk, ()))
        for k in rows
    }  # fmt: skip


def _pace(k: KeyResult, value: float | None, on: date, steps: tuple[float, float]) -> Pace:
    start, _ = bounds(k.objective.period)
    found = pace(
        baseline=k.baseline, value=value, target=k.target, direction=k.direction, start=start, due=k.due,
        on=min(on, k.due), on_track=steps[0], behind=steps[1],
    )  # fmt: skip
    return Pace("dropped", found.done, found.expected) if k.dropped_at else found


def lead(found: Sequence[Standing], *, past: bool = False) -> str:
    """A quarter in one sentence, without its full stop; one that is over says what was reached."""
    live = [s for s in found if s.status != "dropped"]
    if not live:
        return "No key result yet"
    unknown = sum(s.status in ("unmeasured", "no_start") for s in live)
    known = len(live) - unknown
    can = sum(s.reachable for s in live)
    if past:
        done = sum(s.status == "reached" for s in live)
        return f"{done} of {len(live)} key results {'was' if done == 1 else 'were'} reached"
    if not known:
        return f"None of {len(live)} key results is measured yet"
    first = f"{can} of {known} key results can still be reached" if can < known else (
        "The one key result can be reached" if known == 1 else f"All {known} key results can be reached"
    )  # fmt: skip
    return f"{first}; {unknown} not measured yet" if unknown else first
