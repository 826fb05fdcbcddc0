"""The line of an object: seven stations, small for rows and medium for page heads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from markupsafe import Markup, escape

from loopline.platform.ui.trusted import html

STATIONS = ("Heard", "Understood", "Decided", "Built", "Shipped", "Measured", "Told")
KEYS = tuple(s.lower() for s in STATIONS)
_LETTERS = {"reached": "R", "now": "N", "passed": "P", "ahead": "A", "stalled": "S"}
_X = tuple(round(4 + 44 / 3 * i, 1) for i in range(7))


@dataclass(frozen=True, slots=True)
class Mark:
    """One station of a line. `label` and `when` are what the medium line prints below the name."""

    name: str
    state: str = "ahead"
    share: float = 0.0
    count: int = 0
    at: datetime | None = None
    label: str = ""
    when: str = ""
    href: str = ""


class Coded(Protocol):
    """A line that knows its letters, as the thread's queries answer it."""

    @property
    def code(self) -> str: ...
    @property
    def stalled_days(self) -> int | None: ...


type Line = str | Coded | Sequence[Mark]


def code_of(marks: Line) -> str:
    """A line as seven letters: R reached, N now, P passed by, A ahead, S stalled."""
    if not isinstance(marks, str | Sequence):
        marks = marks.code
    if isinstance(marks, str):
        known = set(marks.upper()) <= set("RNPAS")
        text = marks.upper()[:7] if known else ""
    else:
        text = "".join(_LETTERS.get(m.state, "A") for m in marks)[:7]
    return text.ljust(7, "A")


def reach_of(code: str) -> int:
    """The furthest station that is lit, 0 to 7."""
    return len(code.rstrip("A"))


def _named(code: str, reach: int, note: str) -> str:
    if not reach:
        name = "Line: not started"
    elif code == "RRRRRRR" or code[6] == "R":
        name = "Line: told, loop closed"
    else:
        name = f"Line: {STATIONS[reach - 1]}, {reach} of 7"
    stalled = "stalled" if "S" in code else ""
    tail = note or stalled
    return f"{name}; {tail}" if tail else name


def _bead(i: int, code: str, reach: int) -> str:
    x, hue = _X[i], f"var(--s{i + 1})"
    if i == 6 and code[6] == "R":
        return f'<circle class="end" stroke="{hue}" cx="{x}" cy="6" r="4"/>'
    if i + 1 == reach:
        return f'<circle fill="{hue}" cx="{x}" cy="6" r="4"/>'
    if i < reach and code[i] in "PA":
        return f'<circle class="hop" stroke="{hue}" cx="{x}" cy="6" r="2"/>'
    if i < reach:
        return f'<circle fill="{hue}" cx="{x}" cy="6" r="2.25"/>'
    return f'<circle class="far" cx="{x}" cy="6" r="2"/>' if i == 6 else ""


@lru_cache(maxsize=4096)
def _small(code: str, note: str) -> Markup:
    reach = reach_of(code)
    out = ['<circle class="far" cx="4" cy="6" r="2"/>'] if not reach else []
    if reach < 7:
        out.append(f'<path class="todo" d="M{round(_X[max(reach - 1, 0)] + 8, 1)} 6H{_X[6] - 4}"/>')
    out += [
        f'<path class="go" stroke="var(--s{i})" d="M{_X[i - 1]} 6H{_X[i]}"/>'
        for i in range(1, reach)
    ]
    out += [_bead(i, code, reach) for i in range(7)]
    if "S" in code and 0 < reach < 7:
        c = _X[reach - 1] + 8
        out.append(f'<path class="cut" d="M{c - 1:.1f} 9.5l2-7M{c + 2:.1f} 9.5l2-7"/>')
    name = escape(_named(code, reach, note))
    return html(
        f'<svg class="line-s" viewBox="0 0 96 12" role="img" aria-label="{name}">'
        f"{''.join(out)}</svg>"
    )


def line_s(marks: Line, note: str = "", href: str = "") -> Markup:
    """The line at row size, 96 by 12. `marks` is a line or its seven-letter code."""
    if not note and not isinstance(marks, str | Sequence) and marks.stalled_days:
        note = f"stalled {marks.stalled_days} d"
    drawn = _small(code_of(marks), note)
    return Markup('<a class="line-a" href="{}">{}</a>').format(href, drawn) if href else drawn


def _state(i: int, code: str, reach: int) -> str:
    letter = code[i]
    if letter == "S":
        return "now stall"
    if letter == "N":
        return "now"
    if i == 6 and letter == "R":
        return "now done"
    if i + 1 == reach:
        return "now"
    if i >= reach:
        return "next"
    return "past" if letter == "R" else "hop"


_AFTER = {
    "next": Markup('<i class="sr">not reached</i>'),
    "hop": Markup('<i class="sr">passed by</i>'),
}
_STOP = Markup(
    '<li class="st{n} {state}"{style}><a href="{href}"{current}><b>{name}</b>'
    "<span{why}>{label}</span><time>{when}</time>{after}</a></li>"
)


def line_m(marks: Sequence[Mark], of: str) -> Markup:
    """The line at a page's head: each station a link with its name, what stands there and when."""
    code = code_of(marks)
    reach = reach_of(code)
    stops = []
    for i, mark in enumerate(marks[:7]):
        state = _state(i, code, reach)
        share = min(max(mark.share, 0.0), 1.0) if code[i] in "NS" else 1.0
        stops.append(
            _STOP.format(
                n=i + 1,
                state=state,
                style=Markup(' style="--p:{}"').format(f"{share:.2f}") if "now" in state else "",
                href=mark.href or f"#{KEYS[i]}",
                current=Markup(' aria-current="step"') if i + 1 == reach else "",
                name=STATIONS[i],
                why=Markup(' class="why"') if code[i] == "S" else "",
                label=mark.label or ("passed by" if state == "hop" else ""),
                when=mark.when,
                after=_AFTER.get(state, "") if not (state == "hop" and not mark.label) else "",
            )
        )
    return Markup(
        '<loop-line class="line-m"><nav aria-label="Line of {}"><ol>{}</ol></nav></loop-line>'
    ).format(of, Markup("").join(stops))
