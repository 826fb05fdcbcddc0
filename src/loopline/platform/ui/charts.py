"""Server-rendered SVG: axes, units, direct labels, no script; each drawn twice, wide and for a phone.

Every function answers an empty string where there is nothing to draw; the `figure` macro then says
so in words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from loopline.platform.ui.spacing import Plot, apart, axis
from loopline.platform.ui.trusted import html

type Values = Sequence[float | None]
type Ticks = Sequence[tuple[int, str]]
type Rules = Sequence[tuple[float, str]]
type Rings = Sequence[tuple[int, float, str, float]]  # position, value, class, radius

NARROW = 358
LEADING = 14  # between the baselines of two labels
FEW = 14  # columns that have room for their number


@dataclass(frozen=True, slots=True)
class Series:
    """One run of values; `end` is its direct label, "wide text|narrow text" where they differ.

    The label stands at the last value, with `edge` at the chart's right edge.
    """

    values: Values
    end: str = ""
    cls: str = "l1"
    low: Values = ()
    high: Values = ()
    dash: bool = False
    dy: int = 0
    edge: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A vertical mark at a position: what we did, or what changed, in a tone."""

    at: int
    text: str
    tone: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Flag:
    """A small mark on the axis for what happened in a period; its text shows on pointing.

    `key` is its number in the list below the chart.
    """

    at: float
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of time that was different."""

    start: int
    stop: int
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """An estimate for one period with its interval and its base, such as "38 answers"."""

    name: str
    low: float
    mid: float
    high: float
    base: str = ""


def _svg(cls: str, w: float, h: float, label: str, body: Sequence[str]) -> str:
    return (
        f'<svg class="{cls}" viewBox="0 0 {w:g} {h:g}" role="img" aria-label="{escape(label)}">'
        f"{''.join(body)}</svg>"
    )


def _both(draw: Callable[[float, bool], list[str]], w: float, h: float, label: str) -> Markup:
    wide, narrow = draw(w, False), draw(NARROW, True)
    return html(_svg("w", w, h, label, wide) + _svg("n", NARROW, h, label, narrow))


def _text(cls: str, x: float, y: float, words: str) -> str:
    return f'<text class="{cls}" x="{x:.0f}" y="{y:.0f}">{escape(words)}</text>'


def _pick(text: str, narrow: bool) -> str:
    return text.split("|")[-1 if narrow else 0]


def _number(v: float) -> str:
    return f"{'−' if v < 0 else ''}{abs(round(v, 4)):,.6g}"


def _grid(p: Plot, step: float, unit: str) -> list[str]:
    out, t = [], p.lo
    while t <= p.hi + step / 1e6:
        zero = abs(t) < step / 1e6 or (t == p.lo and p.lo > 0)
        y, last = p.y(t), t + step > p.hi + step / 1e6
        out.append(
            f'<line class="{"z" if zero else "g"}" x1="{p.left:g}" x2="{p.w - p.right:g}" '
            f'y1="{y:.0f}" y2="{y:.0f}"/>'
            + _text("e", p.left - 8, y + 4, _number(t) + (unit if last else ""))
        )
        t += step
    return out


def _below(p: Plot, ticks: Ticks, narrow: bool) -> list[str]:
    shown = list(ticks)
    if narrow and len(shown) > 3:
        shown = [shown[0], shown[len(shown) // 2], shown[-1]]
    return [_text("m" if i else "", p.x(i), p.h - 8, text) for i, text in shown]


def _beside(y: float, taken: Sequence[float]) -> float:
    """Where a label goes so that it stands a line's height from the nearest one that is there."""
    near = min(taken, key=lambda t: abs(t - y), default=None)
    if near is None or abs(near - y) >= LEADING:
        return y
    return near + (LEADING if y > near else -LEADING)


def _ruled(p: Plot, rules: Rules, narrow: bool, taken: Sequence[float] = ()) -> list[str]:
    return [
        f'<line class="l2 dash" x1="{p.left:g}" x2="{p.w - p.right:g}" '
        f'y1="{p.y(v):.0f}" y2="{p.y(v):.0f}"/>'
        + _text("t2", p.w - p.right + 8, _beside(p.y(v), taken) + 4, _pick(text, narrow))
        for v, text in rules
    ]


def _at_edge(p: Plot, s: Series) -> float | None:
    """How high a series' label stands, where it stands at the right edge."""
    stands = s.end and (s.edge or s.values[-1] is not None)
    return next((p.y(v) for v in reversed(s.values) if v is not None), None) if stands else None


def _labelled(p: Plot, series: Sequence[Series]) -> list[Series]:
    """The series with their labels a line's height apart."""
    ends = [
        next((v for v in reversed(s.values) if v is not None), None) if s.end else None
        for s in series
    ]
    at = [i for i, v in enumerate(ends) if v is not None]
    moves = dict(zip(at, apart([p.y(ends[i] or 0.0) for i in at], LEADING), strict=True))
    return [replace(s, dy=s.dy + round(moves.get(i, 0))) for i, s in enumerate(series)]


def _run(p: Plot, s: Series, narrow: bool) -> list[str]:
    points = [(p.x(i), p.y(v)) for i, v in enumerate(s.values) if v is not None]
    if not points:
        return []
    out = []
    known = [
        (i, a, b) for i, (a, b) in enumerate(zip(s.low, s.high, strict=False))
        if a is not None and b is not None
    ]  # fmt: skip
    if known:
        edge = [f"{p.x(i):.1f},{p.y(b):.1f}" for i, _, b in known]
        edge += [f"{p.x(i):.1f},{p.y(a):.1f}" for i, a, _ in reversed(known)]
        out.append(f'<polygon class="band" points="{" ".join(edge)}"/>')
    cls = escape(s.cls) + (" dash" if s.dash else "")
    joined = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    out.append(f'<polyline class="{cls}" points="{joined}"/>')
    if s.end:
        (a, b), first = points[-1], s.cls == "l1"
        if first:
            out.append(f'<circle class="b1" cx="{a:.1f}" cy="{b:.1f}" r="3.5"/>')
        x = (p.x(p.n) if s.edge else a) + 8
        out.append(_text("acc" if first else "t2", x, b + 4 + s.dy, _pick(s.end, narrow)))
    return out


def _noted(p: Plot, note: Note, narrow: bool) -> str:
    y = (12 if p.top > 30 else p.top + 10) + 15 * note.row
    flip, x = note.at > p.n * 0.62, p.x(note.at)
    tone = escape(note.tone)
    cls = f"{tone or 't2'}{' e' if flip else ''}"
    return (
        f'<line class="lead-line {tone}" x1="{x:.1f}" x2="{x:.1f}" '
        f'y1="{y - 8:g}" y2="{p.h - p.bot:g}"/>'
        + _text(cls, x + (-5 if flip else 5), y, _pick(note.text, narrow))
    )


def _flagged(p: Plot, flags: Sequence[Flag]) -> list[str]:
    """Marks with their numbers above them; where they stand close, every second or third has one."""
    out, y, free = [], p.h - p.bot, 0.0
    for flag in flags:
        x = p.x(flag.at)
        out.append(
            f'<path class="flag" d="M{x:.1f} {y - 9:g}l4.5 4.5-4.5 4.5-4.5-4.5z">'
            f"<title>{escape(f'{flag.key} {flag.text}'.strip())}</title></path>"
        )
        room = 3.5 * len(flag.key) + 1
        if flag.key and x - room >= free:
            out.append(_text("m t2", x, y - 13, flag.key))
            free = x + room
    return out


def lines(
    series: Sequence[Series],
    ticks: Ticks,
    label: str,
    *,
    unit: str = "",
    lo: float | None = None,
    hi: float | None = None,
    notes: Sequence[Note] = (),
    zones: Sequence[Zone] = (),
    rules: Rules = (),
    flags: Sequence[Flag] = (),
    rings: Rings = (),
    h: float = 220,
    w: float = 760,
    right: tuple[float, float] = (112, 66),
) -> Markup:
    """What runs over time: bands where the truth lies, zones, notes, rings, flags on the axis, dashed goals."""
    seen = [v for s in series for v in (*s.values, *s.high, *s.low) if v is not None]
    if not seen:
        return Markup("")
    n = max(len(s.values) for s in series) - 1
    low, high, step = axis([*seen, *(v for v, _ in rules)], lo, hi)
    top = 22 if not notes else max(22, 24 + 15 * max(note.row for note in notes))

    def draw(width: float, narrow: bool) -> list[str]:
        p = Plot(width, h, 38, right[narrow], top, 28, n, low, high)
        out = []
        for z in zones:
            room = p.x(z.stop) - p.x(z.start)
            out.append(
                f'<rect class="zone {escape(z.tone)}" x="{p.x(z.start):.1f}" y="{top}" '
                f'width="{room:.1f}" height="{h - top - 28:g}"/>'
                + _text("t2", p.x(z.start) + 5, top - 7, z.text)
            )
        ends = [y for s in series if (y := _at_edge(p, s)) is not None]
        out += _grid(p, step, unit) + _below(p, ticks, narrow) + _ruled(p, rules, narrow, ends)
        for s in _labelled(p, series):
            out += _run(p, s, narrow)
        out += _flagged(p, flags)
        out += [
            f'<circle class="{cls}" cx="{p.x(i):.1f}" cy="{p.y(v):.1f}" r="{r:g}"/>'
            for i, v, cls, r in rings
        ]
        return out + [_noted(p, note, narrow) for note in notes]

    return _both(draw, w, h, label)


def columns(
    values: Sequence[float],
    ticks: Ticks,
    label: str,
    *,
    on: tuple[int, int] | None = None,
    marks: Sequence[tuple[int, str]] = (),
    h: float = 190,
    w: float = 760,
) -> Markup:
    """One column per period or bin; `on` is the span in the accent, the last column without it."""
    if not values or not any(values):
        return Markup("")
    first, last = on or (len(values) - 1, len(values) - 1)

    def draw(width: float, narrow: bool) -> list[str]:
        top, bw = 20 + 15 * len(marks), width / len(values)
        p = Plot(width, h, 0, 0, top, 28, len(values), 0, max(values))
        out = [
            f'<rect class="b{1 if first <= i <= last else 4}" x="{i * bw + 1:.1f}" '
            f'y="{p.y(v):.1f}" width="{max(bw - 2, 0.5):.1f}" '
            f'height="{h - 28 - p.y(v):.1f}" rx="1"/>'
            for i, v in enumerate(values)
        ]
        if not marks and len(values) <= FEW:
            out += [
                _text("m t2", (i + 0.5) * bw, p.y(v) - 5, _number(v)) for i, v in enumerate(values)
            ]
        out.append(f'<line class="z" x1="0" x2="{width:g}" y1="{h - 28:g}" y2="{h - 28:g}"/>')
        for i, text in list(ticks)[::2] if narrow else ticks:
            end = i == len(values) - 1
            at = width if end else (i + 0.5) * bw if i else 0
            out.append(_text("e" if end else "m" if i else "", at, h - 8, text))
        for k, (i, text) in enumerate(marks):
            x, y = (i + 1) * bw, 12 + 15 * k
            out.append(
                f'<line class="lead-line" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 8}" y2="{h - 28:g}"/>'
                + _text("v" if k == 1 else "t2", x + 5, y, _pick(text, narrow))
            )
        return out

    return _both(draw, w, h, label)


def scatter(
    dots: Sequence[tuple[float, float, bool]],
    n: int,
    ticks: Ticks,
    label: str,
    *,
    rules: Rules = (),
    hi: float | None = None,
    unit: str = " d",
    h: float = 230,
    w: float = 760,
) -> Markup:
    """Single pieces: (position, value, stands out); rules are their percentiles."""
    if not dots:
        return Markup("")
    _, high, step = axis([v for _, v, _ in dots], 0, hi)

    def draw(width: float, narrow: bool) -> list[str]:
        p = Plot(width, h, 38, 66 if narrow else 116, 14, 28, n, 0, high)
        out = _grid(p, step, unit) + _below(p, ticks, narrow)
        out += [
            f'<circle class="dot{" odd" if odd else ""}" cx="{p.x(x):.1f}" cy="{p.y(y):.1f}" '
            f'r="{4 if odd else 3}"/>'
            for x, y, odd in dots
        ]
        return out + _ruled(p, rules, narrow)

    return _both(draw, w, h, label)


def spans(
    rows: Sequence[Span],
    label: str,
    *,
    unit: str = "",
    lo: float | None = None,
    hi: float | None = None,
    h: float = 210,
    w: float = 560,
) -> Markup:
    """An estimate with its interval per period; the last is the one in question."""
    if not rows:
        return Markup("")
    low, high, step = axis([v for r in rows for v in (r.low, r.high)], lo, hi)

    def draw(width: float, narrow: bool) -> list[str]:
        p = Plot(width, h, 34, 0, 16, 42, len(rows), low, high)
        out = _grid(p, step, unit)
        for i, r in enumerate(rows):
            x, last = p.x(i + 0.5), i == len(rows) - 1
            out.append(
                f'<line class="span{" on" if last else ""}" x1="{x:.1f}" x2="{x:.1f}" '
                f'y1="{p.y(r.low):.1f}" y2="{p.y(r.high):.1f}"/>'
                f'<circle class="b{1 if last else 2}" cx="{x:.1f}" cy="{p.y(r.mid):.1f}" r="4"/>'
                + _text("acc" if last else "t2", x + 10, p.y(r.mid) + 4, _number(r.mid))
                + _text("m v" if last else "m t2", x, h - 22, _pick(r.name, narrow))
                + _text("m", x, h - 8, _pick(r.base, narrow))
            )
        return out

    return _both(draw, w, h, label)


def spark(values: Values, label: str) -> Markup:
    """A row's small trend, 96 by 24, with the last value as a bead."""
    seen = [float(v) for v in values if v is not None]
    if len(seen) < 2:
        return Markup("")
    lo, room, n = min(seen), (max(seen) - min(seen)) or 1.0, len(seen) - 1
    points = [
        (round(96 * i / n, 1), round(21 - 18 * (v - lo) / room, 1)) for i, v in enumerate(seen)
    ]
    d = "M" + "L".join(f"{a} {b}" for a, b in points)
    x, y = points[-1]
    return html(
        f'<svg class="spark" viewBox="0 0 96 24" role="img" aria-label="{escape(label)}">'
        f'<path class="ar" d="{d}V24H0Z"/><path d="{d}"/><circle cx="{x}" cy="{y}" r="2.5"/></svg>'
    )
