"""Periods, retention, trends and the rest, in plain Python: the second half of the brute-force reference."""

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

from loopline.core.insights import answers, ir
from tests.warehouse import brute
from tests.warehouse.brute import FIXED, quantile, remembered
from tests.warehouse.plain import (
    fits,
    instant,
    kind,
    label,
    local_day,
    period_of,
    periods,
    step_period,
)


class Reference(brute.Brute):
    """Every question."""

    def _cut(self, question, period, interval, *, looks_back=False):
        """Whether the span does not hold the whole period."""
        span = question.span
        ends = instant(step_period(period, interval), span.zone)
        return ends > span.end or (not looks_back and instant(period, span.zone) < span.start)

    def _when(self, row, question):
        return period_of(local_day(row.ts, question.span.zone), question.interval)

    # retention

    @remembered
    def _starts(self, question):
        """{period: {actor: time of the first start in it}}"""
        found = defaultdict(dict)
        for actor, rows in self.history(question).items():
            starts = [r for r in rows if fits(question.start, r)]
            if question.anchor != "recurring":
                starts = starts[:1]
                if question.anchor == "first_ever" and starts and starts[0].ts > rows[0].ts:
                    starts = []
            for row in starts:
                if row.ts >= question.span.start:
                    found[self._when(row, question)].setdefault(actor, row.ts)
        return found

    def _is_back(self, question, cohort, start, backs, k):
        if question.on_or_after and k == 0:
            return True
        if question.rolling:
            width = FIXED[question.interval.value]
            low, high = start + k * width, start + (k + 1) * width
            return any(r.ts >= low and (question.on_or_after or r.ts < high) for r in backs)
        want = step_period(cohort, question.interval, k)
        return any(
            self._when(r, question) >= want
            if question.on_or_after
            else self._when(r, question) == want
            for r in backs
        )

    def _open(self, question, cohort, k):
        if question.on_or_after and k == 0:
            return False
        end, zone = question.span.end, question.span.zone
        if question.rolling:
            closes = instant(step_period(cohort, question.interval), zone)
            return closes + (k + 1) * FIXED[question.interval.value] > end
        return instant(step_period(cohort, question.interval, k + 1), zone) > end

    def _who_retention(self, question, cell):
        people = self.within(question)
        cohort = next(
            p
            for p in periods(question.span, question.interval)
            if instant(p, question.span.zone) == cell.at
        )
        return [
            actor
            for actor, start in self._starts(question)[cohort].items()
            if cell.period is None
            or self._is_back(
                question,
                cohort,
                start,
                [r for r in people[actor] if fits(question.back, r)],
                cell.period,
            )
        ]

    def _retention(self, question):
        found = []
        for cohort in periods(question.span, question.interval):
            at = instant(cohort, question.span.zone)
            values = tuple(
                None
                if self._open(question, cohort, k)
                else len(self._who_retention(question, ir.Cell(at=at, period=k)))
                for k in range(question.periods)
            )
            cut = self._cut(question, cohort, question.interval)
            found.append(answers.Cohort(at, len(self._starts(question)[cohort]), values, cut))
        return answers.RetentionAnswer(tuple(found))

    # trend

    @remembered
    def _cells(self, question):
        """{value: {period: [(actor, row)]}}"""
        by, found = question.breakdown, defaultdict(lambda: defaultdict(list))
        for actor, rows in self.within(question).items():
            for row in rows:
                if fits(question.match, row):
                    value = label(row.on[by.on].get(by.property)) if by else None
                    found[value][self._when(row, question)].append((actor, row))
        if not by:
            return found or {None: {}}
        sizes = {value: sum(map(len, each.values())) for value, each in found.items()}
        top = brute.ranked(sizes, by.most)
        folded = defaultdict(lambda: defaultdict(list))
        for value in sizes:
            for period, rows in found[value].items():
                folded[value if value in top else "other"][period] += rows
        new = {value: sum(map(len, each.values())) for value, each in folded.items()}
        rest = "other" if len(sizes) > by.most else object()
        return {
            v: folded[v]
            for v in sorted(new, key=lambda v: (v == rest, -new[v], v is None, v or ""))
        }

    def _measured(self, question, cell):
        name, _, prop = question.measure.partition(":")
        if name == "count":
            return float(len(cell))
        if name == "people":
            return float(len({actor for actor, _ in cell}))
        numbers = [r.props.get(prop) for _, r in cell]
        numbers = [float(n) for n in numbers if kind(n) == "number"]
        if not numbers:
            return None
        if name == "sum":
            return sum(numbers)
        return (
            sum(numbers) / len(numbers) if name == "avg" else quantile(numbers, int(name[1:]) / 100)
        )

    def _trend(self, question):
        return answers.TrendAnswer(
            tuple(
                answers.Series(
                    value,
                    tuple(
                        answers.Point(
                            instant(p, question.span.zone),
                            self._measured(question, cells.get(p, [])),
                            self._cut(question, p, question.interval),
                        )
                        for p in periods(question.span, question.interval)
                    ),
                )
                for value, cells in self._cells(question).items()
            )
        )

    def _who_trend(self, question, cell):
        cells = self._cells(question)[cell.value if cell.split else None]
        return [
            a
            for p, rows in cells.items()
            if instant(p, question.span.zone) == cell.at
            for a, _ in rows
        ]

    # actives, stickiness, lifecycle

    @remembered
    def _active(self, question, ever=False):
        """{period: {actors}}"""
        found = defaultdict(set)
        for actor, rows in (self.history if ever else self.within)(question).items():
            for row in rows:
                if fits(question.match, row):
                    found[self._when(row, question)].add(actor)
        return found

    def _who_actives(self, question, cell):
        zone = question.span.zone
        if question.rolling_days == 1:
            found = self._active(question)
            return [a for p, actors in found.items() if instant(p, zone) == cell.at for a in actors]
        last = next(
            d for d in periods(question.span, ir.Interval.DAY) if instant(d, zone) == cell.at
        )
        first = last - timedelta(days=question.rolling_days - 1)
        return {
            actor
            for actor, rows in self.history(question).items()
            for row in rows
            if fits(question.match, row) and first <= local_day(row.ts, zone) <= last
        }

    def _actives(self, question):
        interval = question.interval if question.rolling_days == 1 else ir.Interval.DAY
        back = question.rolling_days > 1
        return answers.ActivesAnswer(
            tuple(
                answers.Point(
                    at,
                    float(len(set(self._who_actives(question, ir.Cell(at=at))))),
                    self._cut(question, p, interval, looks_back=back),
                )
                for p in periods(question.span, interval)
                for at in [instant(p, question.span.zone)]
            )
        )

    def _who_stickiness(self, question, cell):
        days = Counter(a for actors in self._active(question).values() for a in actors)
        return [actor for actor, count in days.items() if count == cell.step]

    def _stickiness(self, question):
        count = len(periods(question.span, question.interval))
        return answers.StickinessAnswer(
            tuple(len(self._who_stickiness(question, ir.Cell(step=k))) for k in range(1, count + 1))
        )

    def _who_lifecycle(self, question, cell):
        active = self._active(question, True)
        period = next(
            p
            for p in periods(question.span, question.interval)
            if instant(p, question.span.zone) == cell.at
        )
        now, before = active[period], active[step_period(period, question.interval, -1)]
        ever = {a for p, actors in active.items() if p < period for a in actors}
        return {
            "new": now - ever,
            "returning": now & before,
            "resurrecting": (now & ever) - before,
            "dormant": before - now,
        }[cell.value]

    def _lifecycle(self, question):
        return answers.LifecycleAnswer(
            tuple(
                answers.LifecyclePoint(
                    at,
                    *(
                        len(self._who_lifecycle(question, ir.Cell(at=at, value=value)))
                        for value in ("new", "returning", "resurrecting", "dormant")
                    ),
                    incomplete=self._cut(question, p, question.interval, looks_back=True),
                )
                for p in periods(question.span, question.interval)
                for at in [instant(p, question.span.zone)]
            )
        )

    # time to value, adoption

    def _waits(self, question):
        found = {}
        for actor, rows in self.within(question).items():
            starts = [r.ts for r in rows if fits(question.start, r)]
            values = [r.ts for r in rows if fits(question.value, r)]
            if starts:
                after = [t for t in values if t >= starts[0]]
                early = any(t < starts[0] for t in values)
                found[actor] = ((after[0] - starts[0]) / 1e6 if after else None, early)
        return found

    def _timetovalue(self, question):
        waits = self._waits(question)
        reached = [wait for wait, _ in waits.values() if wait is not None]
        early = sum(early for _, early in waits.values())
        return answers.TimeToValueAnswer(
            len(waits), len(reached), quantile(reached, 0.5), quantile(reached, 0.85), early
        )

    def _who_timetovalue(self, question, cell):
        return [
            a
            for a, (wait, _) in self._waits(question).items()
            if cell.step == 1 or wait is not None
        ]

    def _who_adoption(self, question, cell):
        return [
            actor
            for actor, rows in self.within(question).items()
            if any(fits(question.eligible, r) for r in rows)
            and (cell.step == 1 or sum(fits(question.match, r) for r in rows) >= question.uses)
        ]

    def _adoption(self, question):
        eligible, adopters = (len(self._who_adoption(question, ir.Cell(step=k))) for k in (1, 2))
        return answers.AdoptionAnswer(eligible, adopters, adopters / eligible if eligible else None)

    # paths

    @remembered
    def _edges(self, question):
        found = defaultdict(set)
        for actor, rows in self.within(question).items():
            for session in sessions(rows, question.gap):
                way = session[::-1] if question.backwards else session
                at = next((i for i, r in enumerate(way) if fits(question.start, r)), None)
                if at is not None:
                    some = [r.event for r in way[at : at + question.steps + 1]]
                    for place, pair in enumerate(pairwise(some), 1):
                        found[place, *pair].add(actor)
        return found

    def _paths(self, question):
        found = sorted(self._edges(question).items(), key=lambda item: (-len(item[1]), item[0]))
        return answers.PathsAnswer(
            tuple(answers.Edge(*edge, len(actors)) for edge, actors in found[: question.most])
        )

    def _who_paths(self, question, cell):
        return self._edges(question)[cell.step, cell.source, cell.target]


def sessions(rows, gap):
    """An actor's rows cut where more than `gap` passes without an event."""
    found = []
    for row in rows:
        if found and row.ts - found[-1][-1].ts <= gap:
            found[-1].append(row)
        else:
            found.append([row])
    return found
