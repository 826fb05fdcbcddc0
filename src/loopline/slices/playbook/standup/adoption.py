"""What each team uses: a value a week for eight weeks by measure, with its definition."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import mean

from loopline.platform.audit.queries import days_of
from loopline.platform.db.once import once
from loopline.platform.identity.queries import team_members, teams
from loopline.platform.settings.options import today, zone
from loopline.platform.squads import registry
from loopline.platform.squads.registry import Measure, Values, Week
from loopline.slices.dashboards import queries as dashboards
from loopline.slices.feedback import queries as feedback
from loopline.slices.releases import queries as releases
from loopline.slices.roadmap import queries as roadmap

WEEKS = 8
SPAN = 4  # weeks whose mean is the value
INTAKE = frozenset(("form", "internal", "prepare"))
Tally = dict[int, list[list[float]]]


@dataclass(frozen=True, slots=True)
class Use:
    """One team by one measure: a value a week, the oldest first; `value` is the mean of the last four that have one."""

    team_id: int
    team: str
    weeks: tuple[float | None, ...]
    value: float | None


@dataclass(frozen=True, slots=True)
class Table:
    """One measure of every team."""

    measure: Measure
    teams: tuple[Use, ...]


def weeks(now: datetime) -> list[Week]:
    """The last eight whole weeks in the company's zone, the oldest first."""
    day = today(now)
    monday = day - timedelta(days=day.weekday())
    starts = [monday - timedelta(weeks=n) for n in range(WEEKS, -1, -1)]
    moments = [datetime.combine(d, datetime.min.time(), zone()) for d in starts]
    return list(pairwise(moments))


def of(measure: Measure, now: datetime, ids: Sequence[int] | None = None) -> Table:
    """One measure for these teams, or all."""
    return _read(measure, now, None if ids is None else tuple(ids))


@once
def _read(measure: Measure, now: datetime, ids: tuple[int, ...] | None) -> Table:
    named = [(i, n) for i, n in teams() if ids is None or i in ids]
    found = measure.weeks([i for i, _ in named], weeks(now), now) if named else {}
    uses = []
    for team, name in named:
        values = tuple(found.get(team, (None,) * WEEKS))
        known = [v for v in values[-SPAN:] if v is not None]
        uses.append(Use(team, name, values, mean(known) if known else None))
    return Table(measure, tuple(uses))


def tables(now: datetime) -> list[Table]:
    return [of(m, now) for m in registry.measures()]


def _place(at: datetime | date, spans: Sequence[Week]) -> int | None:
    """Which of the weeks a moment or a day falls in."""
    if isinstance(at, datetime):
        return next((n for n, (a, b) in enumerate(spans) if a <= at < b), None)
    return next((n for n, (a, b) in enumerate(spans) if a.date() <= at < b.date()), None)


def _by_team(
    ids: Sequence[int], hits: Iterable[tuple[int, datetime | date, float, float]], spans: Sequence[Week]
) -> Values:  # fmt: skip
    """Share in percent by team and week of (person, when, part, whole); None where a week has nothing."""
    members = team_members()
    part = {t: [0.0] * len(spans) for t in ids}
    whole = {t: [0.0] * len(spans) for t in ids}
    for person, at, some, every_ in hits:
        week = _place(at, spans)
        if week is None:
            continue
        for team in ids:
            if person in members.get(team, ()):
                part[team][week] += some
                whole[team][week] += every_
    return {
        t: [100 * p / w if w else None for p, w in zip(part[t], whole[t], strict=True)] for t in ids
    }


def _people(ids: Sequence[int]) -> set[int]:
    members = team_members()
    return {user for t in ids for user in members.get(t, ())}


def intake(ids: Sequence[int], spans: Sequence[Week], now: datetime) -> Values:
    """Of the asks a team's people brought in, those that came through the intake itself."""
    found = feedback.passed_on(people=_people(ids), since=spans[0][0])
    return _by_team(ids, [(who, at, float(s in INTAKE), 1.0) for who, s, at in found], spans)


def checklists(ids: Sequence[int], spans: Sequence[Week], now: datetime) -> Values:
    """Of the lines on the checklists of releases that carried a team's work or that its people own, those done."""
    found = releases.checklists(since=spans[0][0])
    carried = releases.bets_in([pk for pk, *_ in found])
    known = roadmap.bets_by_id({b for bets in carried.values() for b in bets})
    members, names = team_members(), dict(teams())
    whose = {pk: {known[b].squad for b in carried.get(pk, ()) if b in known} for pk, *_ in found}
    out: dict[int, Sequence[float | None]] = {}
    for team in ids:
        part, whole = [0] * len(spans), [0] * len(spans)
        for pk, owner, at, done, n in found:
            week = _place(at, spans)
            if week is not None and (names[team] in whose[pk] or owner in members.get(team, ())):
                part[week] += done
                whole[week] += n
        out[team] = [100 * p / w if w else None for p, w in zip(part, whole, strict=True)]
    return out


def looked(ids: Sequence[int], spans: Sequence[Week], now: datetime) -> Values:
    """Of the dashboards a team's people own, those somebody opened in the week."""
    owners = dashboards.owned(_people(ids))
    seen = {(d, _place(on, spans)) for d, on in dashboards.looked_on(owners, spans[0][0].date())}
    hits = [
        (owner, start, float((board, n) in seen), 1.0)
        for board, (owner, made) in owners.items()
        for n, (start, end) in enumerate(spans)
        if made < end
    ]
    return _by_team(ids, hits, spans)


def _acting(object_type: str) -> Callable[[Sequence[int], Sequence[Week], datetime], Values]:
    """Of a team's people, those who changed something in the week; nothing before the first of them ever did."""

    def read(ids: Sequence[int], spans: Sequence[Week], now: datetime) -> Values:
        days = days_of(people=_people(ids), since=spans[0][0], zone=zone(), object_type=object_type)
        acted: set[tuple[int, int]] = set()
        for person, day in days:
            place = _place(day, spans)
            if place is not None:
                acted.add((person, place))
        return {t: _shares(team_members().get(t, frozenset()), acted, len(spans)) for t in ids}

    return read


def _shares(people: frozenset[int], acted: set[tuple[int, int]], n: int) -> Sequence[float | None]:
    counts = [sum((p, week) in acted for p in people) for week in range(n)]
    first = next((i for i, c in enumerate(counts) if c), n)
    return [100 * c / len(people) if people and i >= first else None for i, c in enumerate(counts)]


def register() -> None:
    """Put this slice's measures where every team's use is read."""
    for one in (
        Measure(
            "intake", "Asks through the intake",
            "Of the asks that people of the team brought in, the share they wrote down here; the rest was fetched from "
            "a chat, a mailbox or a file.", "%", 10, intake, "Nobody of the team has brought in an ask yet.",
            "/feedback",
        ),
        Measure(
            "checklists", "Release checklists done",
            "Of the lines on the checklists of releases that carried the team's work, the share that was done.", "%",
            30, checklists, "No release with a checklist carried the team's work.", "/releases",
        ),
        Measure(
            "dashboards", "Dashboards looked at",
            "Of the dashboards that people of the team own, the share somebody opened in the week.", "%", 40, looked,
            "Nobody of the team owns a dashboard.", "/dashboards",
        ),
        Measure(
            "docs", "Written pages kept",
            "Of the team's people, the share who wrote or looked over a page in the week.",
            "%", 50, _acting("doc"), "Nobody of the team has written a page yet.", "/docs",
        ),
        Measure(
            "people", "People at work here",
            "Of the team's people, the share who changed anything here in the week.", "%",
            60, _acting(""), "Nobody of the team has changed anything yet.", "/people",
        ),
    ):  # fmt: skip
        registry.measure(one)


def pilot(setups: Mapping[int, object]) -> int | None:
    """The team that was set up first; None where none is."""
    return next(iter(setups), None)
