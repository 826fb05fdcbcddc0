"""The thread map: places for any number of sources, branches and channels so that no lanes cross.

The left side has one lane per source, the right side one per channel of a branch, or one for a
branch that tells nobody yet. What does not fit is gathered in a last lane, "+3 sources".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from loopline.platform.ui.trusted import html

PITCH, TOP = 30, 24
HEARD, UNDERSTOOD, DECIDED, BUILT, MEASURED, TOLD = 0, 1, 2, 3, 5, 6

type Lane = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Branch:
    """One strand after the decision. `reach` is its furthest station, 2 decided to 7 all told."""

    key: str
    name: str
    reach: int
    told: Sequence[Lane] = ()
    waiting: int = 0
    then: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    d: str
    w: float = 4
    todo: bool = False


@dataclass(frozen=True, slots=True)
class Bead:
    col: float
    y: float
    st: int
    cls: str = ""


@dataclass(frozen=True, slots=True)
class Cap:
    col: float
    y: float
    text: Markup
    dx: int = 18


@dataclass(slots=True)
class Map:
    """What is drawn, in drawing order."""

    height: int = 0
    paths: list[Path] = field(default_factory=list)
    beads: list[Bead] = field(default_factory=list)
    caps: list[Cap] = field(default_factory=list)


def gather(rows: Sequence[Lane], room: int, noun: str) -> list[Lane]:
    """Keep the largest, put the rest into one row named '+n noun'."""
    ranked = sorted(rows, key=lambda r: -r[1])
    if len(ranked) <= room:
        return ranked
    kept, rest = ranked[: room - 1], ranked[room - 1 :]
    return [*kept, (f"+{len(rest)} {noun}", sum(n for _, n in rest))]


def _weight(n: int, most: int) -> float:
    return round(1.2 + 3.3 * n / (most or 1), 1)


def _counted(name: str, n: int) -> Markup:
    return Markup("{} <b>{}</b>").format(name, n)


def _fold(branches: Sequence[Branch], room: int) -> list[Branch]:
    if len(branches) <= room:
        return list(branches)
    rest = branches[room - 1 :]
    return [*branches[: room - 1], Branch(f"+{len(rest)}", "more", max(b.reach for b in rest))]


def _left(m: Map, sources: Sequence[Lane], mid: float) -> None:
    y = mid - PITCH * (len(sources) - 1) / 2
    most = max((n for _, n in sources), default=1)
    for name, n in sources:
        m.paths.append(Path(f"M0 {y}H58C80 {y} 78 {mid} 100 {mid}", _weight(n, most)))
        m.beads.append(Bead(HEARD, y, 1, "s"))
        m.caps.append(Cap(HEARD, y, _counted(name, n), 16))
        y += PITCH


def _trunk(m: Map, b: Branch, mid: float, by: float) -> None:
    bend = f"C232 {mid} 236 {by} 264 {by}" if by != mid else "H264"
    end = min(b.reach, MEASURED) * 100 if b.reach >= BUILT else 290
    m.paths.append(Path(f"M200 {mid}{bend}H{end}", todo=b.reach < BUILT))
    for col in range(BUILT, MEASURED + 1):
        now = col == min(b.reach, MEASURED) and b.reach < 7
        m.beads.append(Bead(col, by, col + 1, "now" if now else "next" if col > b.reach else ""))
    if b.reach < MEASURED:
        m.paths.append(Path(f"M{max(b.reach, BUILT) * 100 + 6} {by}H590", todo=True))
        if b.then:
            m.caps.append(Cap(MEASURED, by, escape(b.then), 20))


def _ends(m: Map, ends: Sequence[tuple[str, int, bool]], by: float, y: float) -> None:
    most = max((n for _, n, _ in ends), default=1)
    for i, (name, n, todo) in enumerate(ends):
        ey = y + PITCH * i
        d = f"M500 {by}C540 {by} 552 {ey} 590 {ey}H680"
        m.paths.append(Path(d, _weight(n, most), todo))
        m.beads.append(Bead(6.8, ey, 7, "next" if todo else "loop"))
        m.caps.append(Cap(TOLD, ey, _counted(name, n), 0))


def layout(
    sources: Sequence[Lane], branches: Sequence[Branch], rooms: tuple[int, int, int] = (5, 3, 4)
) -> Map:
    """Sources are (name, asks). The order of branches is their order on the page."""
    lanes = gather(sources, rooms[0], "sources")
    shown = _fold(branches, rooms[1])
    ends = [
        [(c, n, False) for c, n in gather(b.told, rooms[2] - bool(b.waiting), "ways")]
        + ([("to approve", b.waiting, True)] if b.waiting else [])
        for b in shown
    ]
    right = sum(max(len(e), 1) for e in ends)
    rows = max(len(lanes), right, 1)
    mid = TOP + PITCH * (rows - 1) / 2
    m = Map(height=TOP * 2 + PITCH * (rows - 1))
    _left(m, lanes, mid)
    m.paths.append(Path(f"M100 {mid}H200", todo=not shown))
    m.beads += [Bead(UNDERSTOOD, mid, 2), Bead(DECIDED, mid, 3, "" if shown else "next")]
    m.caps.append(Cap(UNDERSTOOD, mid, escape("one problem")))
    y = mid - PITCH * (right - 1) / 2
    for b, told in zip(shown, ends, strict=True):
        by = y + PITCH * (max(len(told), 1) - 1) / 2
        _trunk(m, b, mid, by)
        if len(shown) > 1 or b.name:
            m.caps.append(Cap(BUILT, by, Markup("<b>{}</b> {}").format(b.key, b.name), 22))
        _ends(m, told, by, y)
        y += PITCH * max(len(told), 1)
    return m


def thread_map(m: Map) -> Markup:
    """The large drawing. The ordered list below it says everything, so screen readers skip it."""
    stops = "".join(f'<stop offset="{i / 7:.3f}" stop-color="var(--s{i + 1})"/>' for i in range(7))
    strokes = ('class="todo"', 'stroke="url(#th)" style="--w:{}"')
    paths = "".join(
        f'<path {strokes[0] if p.todo else strokes[1].format(p.w)} d="{p.d}"/>' for p in m.paths
    )
    beads = "".join(
        f'<span class="bead {b.cls} st{b.st}" style="--col:{b.col};--y:{b.y}"></span>'
        for b in m.beads
    )
    caps = "".join(
        f'<span class="cap" style="--col:{c.col};--y:{c.y};--dx:{c.dx}px">{c.text}</span>'
        for c in m.caps
    )
    return html(
        f'<div class="map" aria-hidden="true" style="--h:{m.height}">'
        f'<svg viewBox="0 0 700 {m.height}" preserveAspectRatio="none"><defs>'
        '<linearGradient id="th" gradientUnits="userSpaceOnUse" x1="0" x2="700" y1="0" y2="0">'
        f"{stops}</linearGradient></defs>{paths}</svg>{beads}{caps}</div>"
    )
