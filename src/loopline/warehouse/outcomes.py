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
    starts = scan.read(question.start, Wish(identity=True))
    rows = scan.read(Match(None), Wish(order=True, names=True, identity=True)).in_order()
    cut = np.ones(rows.actors.size, dtype=np.bool_)
    cut[1:] = (rows.actors[1:] != rows.actors[:-1]) | (np.diff(rows.times) > question.gap)
    session = np.cumsum(cut)
    begins = np.flatnonzero(np.isin(rows.rows, starts.rows))
    if question.backwards:
        begins = begins[::-1]
    _, first = np.unique(session[begins], return_index=True)
    at = begins[first]
    found: list[tuple[Ints, Ints, Ints, Ints]] = []
    way = -1 if question.backwards else 1
    for place in range(1, question.steps + 1):
        upto = at + way * place
        inside = (upto >= 0) & (upto < rows.actors.size)
        at, upto = at[inside], upto[inside]
        same = session[upto] == session[at]
        at, upto = at[same], upto[same]
        before = rows.events[upto - way]
        found.append((np.full(at.size, place), before, rows.events[upto], rows.actors[at]))
    return tuple(np.concatenate(each) for each in zip(*found, strict=True))  # type: ignore[return-value]
