"""Time to value, adoption and paths of the embedded engine."""

import numpy as np

from loopline.core.insights import activity
from loopline.core.insights.answers import AdoptionAnswer, Edge, PathsAnswer, TimeToValueAnswer
from loopline.core.insights.ir import Adoption, BadQuestion, Cell, Match, Paths, TimeToValue
from loopline.core.insights.packing import Bools, Ints
from loopline.warehouse.scans import Scan, Wish

MOST_MOVES = 50


def time_to_value(scan: Scan, question: TimeToValue) -> TimeToValueAnswer:
    """From each actor's first start to their first value at or after it; percentiles over those who reached one."""
    actors, waits, early = _waits(scan, question)
    reached = waits[waits >= 0] / 1e6
    return TimeToValueAnswer(
        int(actors.size),
        int(reached.size),
        activity.quantile(reached, 0.5),
        activity.quantile(reached, 0.85),
        int(early.sum()),
    )


def time_to_value_people(scan: Scan, question: TimeToValue, cell: Cell) -> Ints:
    actors, waits, _ = _waits(scan, question)
    return actors if cell.step == 1 else actors[waits >= 0]


def _waits(scan: Scan, question: TimeToValue) -> tuple[Ints, Ints, Bools]:
    start, value = scan.read(question.start), scan.read(question.value)
    return activity.waits((start.actors, start.times), (value.actors, value.times))


def adoption(scan: Scan, question: Adoption) -> AdoptionAnswer:
    """Of the eligible actors, those with at least `uses` events that match."""
    eligible, adopters = _adopters(scan, question)
    count = int(eligible.size)
    return AdoptionAnswer(count, int(adopters.size), adopters.size / count if count else None)


def adoption_people(scan: Scan, question: Adoption, cell: Cell) -> Ints:
    eligible, adopters = _adopters(scan, question)
    return eligible if cell.step == 1 else adopters


def _adopters(scan: Scan, question: Adoption) -> tuple[Ints, Ints]:
    if question.uses < 1:
        raise BadQuestion("adoption takes at least one use")
    rows, able = scan.read(question.match), scan.read(question.eligible)
    size = max((int(each.max()) + 1 for each in (rows.actors, able.actors) if each.size), default=0)
    uses = np.bincount(rows.actors, minlength=size)
    eligible = np.flatnonzero(np.bincount(able.actors, minlength=size))
    return eligible, eligible[uses[eligible] >= question.uses]


# paths


def paths(scan: Scan, question: Paths) -> PathsAnswer:
    """The commonest moves by position, counted in actors. A session ends where more than `gap` passes idle."""
    places, sources, targets, actors = _moves(scan, question)
    names = scan.names.texts()
    size = len(names)
    moves = (places * size + sources) * size + targets
    codes, index = np.unique(moves, return_inverse=True)
    pairs = activity.presence(actors, index.astype(np.int64), max(1, codes.size))
    counts = activity.per_bucket(pairs, codes.size)
    found = [
        Edge(code // size // size, str(names[code // size % size]), str(names[code % size]), count)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True)
    ]
    found.sort(key=lambda edge: (-edge.count, edge.position, edge.source, edge.target))
    return PathsAnswer(tuple(found[: question.most]))


def paths_people(scan: Scan, question: Paths, cell: Cell) -> Ints:
    places, sources, targets, actors = _moves(scan, question)
    source = scan.names.codes.get(cell.source, -2)
    target = scan.names.codes.get(cell.target, -2)
    return np.unique(actors[(places == cell.step) & (sources == source) & (targets == target)])


def _moves(scan: Scan, question: Paths) -> tuple[Ints, Ints, Ints, Ints]:
    """(position from 1, source, target, actor) of every move of every session's path."""
    if not 1 <= question.steps <= MOST_MOVES or question.most < 1 or question.gap < 0:
        raise BadQuestion(
            f"paths have 1 to {MOST_MOVES} steps, at least one edge and no negative gap"
        )
    actors, times, events, begins = _walked(scan, question)
    cut = np.ones(actors.size, dtype=np.bool_)
    cut[1:] = (actors[1:] != actors[:-1]) | (np.diff(times) > question.gap)
    session = np.cumsum(cut)
    if question.backwards:
        begins = begins[::-1]
    new = np.ones(begins.size, dtype=np.bool_)
    new[1:] = np.diff(session[begins]) != 0
    at = begins[new]
    found: list[tuple[Ints, Ints, Ints, Ints]] = []
    way = -1 if question.backwards else 1
    for place in range(1, question.steps + 1):
        upto = at + way * place
        inside = (upto >= 0) & (upto < actors.size)
        at, upto = at[inside], upto[inside]
        same = session[upto] == session[at]
        at, upto = at[same], upto[same]
        before = events[upto - way]
        found.append((np.full(at.size, place), before, events[upto], actors[at]))
    return tuple(np.concatenate(each) for each in zip(*found, strict=True))  # type: ignore[return-value]


def _walked(scan: Scan, question: Paths) -> tuple[Ints, Ints, Ints, Ints]:
    """(actors, times, events) of all rows in order, and the places of those a path may begin at.

    All events of all actors: one column after the other is put in order, so that few lie in memory at once.
    """
    start, picky = question.start, bool(question.start.where)
    rows = scan.read(Match(None), Wish(order=True, names=True, identity=picky), keep=False)
    order = rows.sorting()
    scan.store.pause()
    if picky:
        fit = np.isin(rows.rows, scan.read(start, Wish(identity=True)).rows)[order]
    elif start.event is None:
        fit = np.ones(order.size, dtype=np.bool_)
    else:
        fit = (rows.events == scan.names.codes.get(start.event, -2))[order]
    return rows.actors[order], rows.times[order], rows.events[order], np.flatnonzero(fit)
