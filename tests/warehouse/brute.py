"""The definitions again, in plain Python over per-person lists: slow, short, and sharing nothing with the engine."""

from collections import defaultdict
from copy import copy

from loopline.core.insights import answers, ir
from tests.warehouse.plain import Row, Who, fits, holds, instant, label, periods, step_period

WIDTHS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200]
WIDTHS += [86_400 * n for n in (1, 2, 3, 7, 14, 30)]
DAY = 86_400 * ir.MICROSECONDS
FIXED = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}


def remembered(method):
    """Worked out once per question and reference."""

    def wrapped(self, question, *more):
        key = (method.__name__, question, *map(id, more))
        if key not in self.memory:
            self.memory[key] = method(self, question, *more)
        return self.memory[key]

    return wrapped


class Brute:
    def __init__(self, events, facts=()):
        self.who, self.memory = Who(facts), {}
        self.rows = sorted((Row(e, self.who) for e in events), key=lambda row: row.order)

    @remembered
    def history(self, question):
        """Rows before the end that pass the filters, by actor."""
        found = defaultdict(list)
        for row in self.rows:
            actor = row.account if question.actor is ir.Actor.ACCOUNT else row.person
            if (
                row.ts < question.span.end
                and all(holds(c, row) for c in question.filters)
                and actor
                and self._chosen(question, actor)
            ):
                found[actor].append(row)
        return found

    def _chosen(self, question, actor):
        def named(ids):
            if question.actor is ir.Actor.PERSON:
                ids = [self.who.person(each) for each in ids]
            return actor in ids

        inside = question.among is None or named(question.among)
        return inside and not named(question.without)

    @remembered
    def within(self, question):
        start = question.span.start
        kept = {
            a: [row for row in rows if row.ts >= start]
            for a, rows in self.history(question).items()
        }
        return {a: rows for a, rows in kept.items() if rows}

    def answer(self, question):
        return getattr(self, "_" + type(question).__name__.lower())(question)

    def people(self, question, cell):
        found = getattr(self, "_who_" + type(question).__name__.lower())(question, cell)
        if question.actor is ir.Actor.ACCOUNT:
            return sorted(("", actor) for actor in set(found))
        return sorted((actor, self.who.account(actor)) for actor in set(found))

    # funnel

    @remembered
    def _grouped(self, question):
        """({actor: times}, {value: {actor: times}}); the second empty where nothing is broken down."""
        people = self.within(question)
        whole = {a: held_chain(rows, question) for a, rows in people.items()}
        whole = {a: found for a, found in whole.items() if found}
        by = question.breakdown
        if not by:
            return whole, {}
        groups = defaultdict(dict)
        if by.attribution is ir.Attribution.ALL_EVENTS:
            return whole, self._per_value(people, question)
        for actor, found in whole.items():
            value = attributed(people[actor], found, question)
            groups[value][actor] = found
        return whole, fold(groups, by.most)

    def _per_value(self, people, question):
        by = question.breakdown

        def split(rename):
            groups = defaultdict(dict)
            for actor, rows in people.items():
                values = defaultdict(list)
                for row in rows:
                    values[rename(label(row.on[by.on].get(by.property)))].append(row)
                for value, some in values.items():
                    if found := held_chain(some, question):
                        groups[value][actor] = found
            return groups

        groups = split(lambda value: value)
        if len(groups) <= by.most:
            return groups
        top = ranked({value: len(each) for value, each in groups.items()}, by.most)
        return split(lambda value: value if value in top else "other")

    def _funnel(self, question):
        whole, groups = self._grouped(question)
        sizes = {value: len(each) for value, each in groups.items()}
        return answers.FunnelAnswer(
            counted(whole, question),
            tuple((value, counted(groups[value], question)) for value in shown(sizes, question)),
            tuple(
                answers.FunnelPoint(
                    start,
                    tuple(
                        sum(
                            len(times) > step
                            for times in self._starting(question, start, end).values()
                        )
                        for step in range(len(question.steps))
                    ),
                    start < question.span.start or end + question.window > question.span.end,
                )
                for start, end in self._bounds(question)
            ),
            to_convert(whole, question) if question.interval else None,
        )

    @remembered
    def _starting(self, question, start, end):
        """{actor: times} of the chains that start in [start, end)."""
        found = {
            a: held_chain(rows, question, (start, end)) for a, rows in self.within(question).items()
        }
        return {a: times for a, times in found.items() if times}

    def _bounds(self, question):
        if not question.interval:
            return []
        zone = question.span.zone
        return [
            (instant(p, zone), instant(step_period(p, question.interval), zone))
            for p in periods(question.span, question.interval)
        ]

    def _who_funnel(self, question, cell):
        if cell.period is not None:
            start, end = next(each for each in self._bounds(question) if each[0] == cell.at)
            found = self._starting(question, start, end)
            return [actor for actor, times in found.items() if len(times) >= cell.step]
        whole, groups = self._grouped(question)
        found = groups.get(cell.value, {}) if cell.split else whole
        return [actor for actor, times in found.items() if len(times) >= cell.step]


def ranked(sizes, most):
    """The values shown: the largest, ties by value, none last. "other" is kept for what is not shown."""
    if len(sizes) <= most:
        return set(sizes)
    real = [value for value in sizes if value != "other"]
    return set(sorted(real, key=lambda v: (-sizes[v], v is None, v or ""))[:most])


def fold(groups, most):
    top = ranked({value: len(each) for value, each in groups.items()}, most)
    folded = defaultdict(dict)
    for value, each in groups.items():
        folded[value if value in top else "other"].update(each)
    return folded


def shown(sizes, question):
    """Largest first; the joined rest last."""
    rest = "other" if question.breakdown and len(sizes) > question.breakdown.most else object()
    return sorted(sizes, key=lambda v: (v == rest, -sizes[v], v is None, v or ""))


def counted(people, question):
    steps = []
    for place, match in enumerate(question.steps):
        here = [times for times in people.values() if len(times) > place]
        before = sum(len(times) > place - 1 for times in people.values())
        waits = sorted((times[place] - times[place - 1]) / 1e6 for times in here) if place else []
        steps.append(
            answers.Step(
                match.name or match.event or "Any event",
                len(here),
                len(here) / len(people) if people else None,
                len(here) / before if place and before else None,
                quantile(waits, 0.5),
            )
        )
    return tuple(steps)


def quantile(values, q):
    if not values:
        return None
    values = sorted(values)
    place = q * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def attributed(rows, times, question):
    by = question.breakdown
    touching = [r for r in rows if any(fits(step, r) for step in question.steps)]
    if by.attribution is ir.Attribution.STEP:
        if by.step > len(times):
            return None
        step, at = question.steps[by.step - 1], times[by.step - 1]
        if question.order is ir.Order.UNORDERED:
            here = [
                r
                for r in touching
                if fits(step, r)
                and times[0] <= coarse(r.ts, question) <= times[0] + question.window
            ]
        else:
            here = [r for r in touching if fits(step, r) and coarse(r.ts, question) == at]
        return label(here[0].on[by.on].get(by.property)) if here else None
    values = [label(r.on[by.on].get(by.property)) for r in touching]
    values = [value for value in values if value is not None]
    if not values:
        return None
    return values[0] if by.attribution is ir.Attribution.FIRST_TOUCH else values[-1]


def overlapping(a, b):
    return a.event is None or b.event is None or a.event == b.event


def to_convert(whole, question):
    done = [times for times in whole.values() if len(times) == len(question.steps)]
    waits = sorted((times[-1] - times[0]) / 1e6 for times in done)
    if not waits:
        return answers.Times(None, None, ())
    width = next(each for each in WIDTHS if waits[-1] < 15 * each)
    bins = [
        answers.Bin(
            n * width, (n + 1) * width, sum(n * width <= w < (n + 1) * width for w in waits)
        )
        for n in range(int(waits[-1] // width) + 1)
    ]
    return answers.Times(quantile(waits, 0.5), quantile(waits, 0.85), tuple(bins))


def coarse(at, question):
    """A time as the question's ties see it."""
    grace = {"step_order": 1, "grace_1s": 1_000_000, "grace_2s": 2_000_000}[question.ties.value]
    return at // grace * grace


def held_chain(rows, question, starts=None):
    """The chain kept for one actor, over every combination of the values that are held constant."""
    if question.ties is not ir.Ties.STEP_ORDER:
        rows = [copy(row) for row in rows]
        for row in rows:
            row.ts = coarse(row.ts, question)
    if not question.hold:
        return chain(rows, question, starts)
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(label(row.props.get(name)) for name in question.hold)].append(row)
    found = [chain(some, question, starts) for value, some in groups.items() if None not in value]
    return best([times for times in found if times])


def chain(rows, question, starts=None):
    """Times of the chain kept for one actor, () where it has none or was dropped."""

    def make(*given):
        every = (windows if question.order is ir.Order.UNORDERED else chains)(*given)
        return [t for t in every if starts is None or starts[0] <= t[0] < starts[1]]

    excluded = [(e, [r.ts for r in rows if fits(e.match, r)]) for e in question.exclude]
    whole = make(rows, question, [])
    deepest = max((len(times) for times in whole), default=0)
    if not excluded:
        return best(whole)
    clean = make(rows, question, excluded)
    if question.exclusion == "truncate":
        return best(clean)
    judged = clean if question.order is ir.Order.UNORDERED else canonical(clean)
    clean = [times for times in judged if not owes(times, question, excluded)]
    kept = best(clean)
    return kept if len(kept) >= deepest else ()


def between(times, excluded):
    return any(
        len(times) >= e.before_step
        and any(times[e.after_step - 1] < x < times[e.before_step - 1] for x in hits)
        for e, hits in excluded
    )


def owes(times, question, excluded):
    return any(
        e.after_step <= len(times) < e.before_step
        and any(times[e.after_step - 1] < x <= times[0] + question.window for x in hits)
        for e, hits in excluded
    )


def canonical(found):
    """Per depth and last time, the chain that lies latest from its end back."""
    kept = {}
    for times in found:
        key = (len(times), times[-1])
        kept[key] = max(kept.get(key, times), times, key=lambda each: each[::-1])
    return kept.values()


def best(found):
    kept = canonical(found)
    return min(kept, key=lambda times: (-len(times), times[-1]), default=())


def chains(rows, question, excluded):
    """Times of every chain of distinct events that keeps the rules."""
    found = []
    first = next((r for r in rows if fits(question.steps[0], r)), None)

    def grow(path):
        times = tuple(r.ts for r in path)
        if path:
            found.append(times)
        if len(path) == len(question.steps):
            return
        step = question.steps[len(path)]
        for row in rows:
            if not fits(step, row) or row in path:
                continue
            if not path:
                if question.entry is ir.Entry.ANY or row.ts == first.ts:
                    grow([row])
                continue
            later = any(
                overlapping(step, s) and t >= row.ts
                for s, t in zip(question.steps, times, strict=False)
            )
            if row.ts < times[-1] or later or row.ts - times[0] > question.window:
                continue
            if question.order is ir.Order.STRICT and any(times[-1] < r.ts < row.ts for r in rows):
                continue
            if not between((*times, row.ts), excluded):
                grow([*path, row])

    grow([])
    return found


def windows(rows, question, excluded):
    """The times each window has served one, two, ... steps by; cut short at an excluded event where truncating."""
    found, opens = [], [r for r in rows if any(fits(step, r) for step in question.steps)]
    if question.entry is ir.Entry.FIRST:
        opens = opens[:1]
    for opening in opens:
        inside = [r for r in rows if opening.ts <= r.ts <= opening.ts + question.window]
        times = []
        for at in sorted({r.ts for r in inside}):
            size = served([r for r in inside if r.ts <= at], question.steps)
            times += [at] * (size - len(times))
        while excluded and between(times, excluded):
            if question.exclusion == "person":
                times = []
                break
            times.pop()
        if times:
            found.append(tuple(times))
    return found


def served(rows, steps):
    """The most steps that different rows serve at once."""
    best_size = 0

    def place(step, used, size):
        nonlocal best_size
        best_size = max(best_size, size)
        if step == len(steps) or best_size == len(steps) or size + len(steps) - step <= best_size:
            return
        for at, row in enumerate(rows):
            if at not in used and fits(steps[step], row):
                place(step + 1, used | {at}, size + 1)
        place(step + 1, used, size)

    place(0, frozenset(), 0)
    return best_size
