"""Funnels: one group of columns a step, the pale part lost since the step before, the worst step pointed at."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from markupsafe import Markup, escape

from loopline.platform.ui.charts import NARROW
from loopline.platform.ui.drawn.pace import over_time
from loopline.platform.ui.drawn.shape import (
    Drawn,
    Worst,
    named,
    percent,
    shown_value,
    whom,
)
from loopline.platform.ui.formats import dur, num
from loopline.platform.ui.moments import Moment
from loopline.platform.ui.trusted import html

APART = 0.02  # of a share: less below all others is no difference worth a word
ENOUGH = 30  # people before a step for its share to be worth a word
ROOM = 20  # of a column for its number beside others'
SHOWN = 3  # values of a breakdown beside all


def draw(
    body: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    zone: tzinfo,
    now: datetime,
    moments: Sequence[Moment] = (),
    w: float = 760,
) -> Drawn:
    """The funnel's sentence, its columns and the table of each value's steps."""
    steps = answer["steps"]
    names = [named(step) for step in body["steps"]]
    split = [(b["value"], b["steps"]) for b in answer.get("breakdown", [])]
    worst = worst_of(steps, split)
    order = _order(split, worst)
    finding, detail = _said(body, names, steps, split, worst)
    groups = [("All" if split else whom(body).capitalize(), _shares(steps))]
    groups += [(shown_value(v), _shares(s)) for v, s in order[:SHOWN]]
    lead = _lead(groups, worst)
    if lead:  # the one in question stands first, in the accent
        groups.insert(0, groups.pop(lead))
    label = f"{finding}. " + "; ".join(
        f"{name}: {', '.join(str(round(100 * v)) for v in shares)} %" for name, shares in groups
    )
    svg = (
        columns(names, groups, (0, worst.step - 1) if worst else None, label, w)
        if steps and steps[0]["count"]
        else Markup("")
    )
    head = ["Value" if split else "", *names]
    everyone = [("All", steps), *[(shown_value(v), s) for v, s in split]]
    rows = [[name, *(percent(s["conversion_from_start"]) for s in some)] for name, some in everyone]
    return Drawn(
        "Reached each step",
        f"% of the {num(steps[0]['count'])} {whom(body)} who did “{names[0]}”" if steps else "",
        finding,
        detail,
        svg,
        head,
        rows,
        legend=[name for name, _ in groups],
        worst=worst,
        extra=over_time(body, answer, zone),
    )


def worst_of(
    steps: Sequence[Mapping[str, Any]],
    split: Sequence[tuple[str | None, Sequence[Mapping[str, Any]]]],
) -> Worst | None:
    """Where most are lost: the value and the step (from 1) with the lowest share from the step before.

    With a breakdown of several values the step is the one where a value of at least 30 lies furthest below the share
    of all, where one does.
    """
    if len(steps) < 2 or not steps[0]["count"]:
        return None
    candidates = [
        (s["conversion_from_previous"], number)
        for number, s in enumerate(steps, start=1)
        if number > 1
        and s["conversion_from_previous"] is not None
        and steps[number - 2]["count"] >= ENOUGH
    ]
    if not candidates:
        return None
    gaps = []
    for value, some in split if len(split) > 1 else ():
        for number in range(2, len(steps) + 1):
            share, all_ = (
                some[number - 1]["conversion_from_previous"],
                steps[number - 1]["conversion_from_previous"],
            )
            if share is not None and all_ is not None and some[number - 2]["count"] >= ENOUGH:
                gaps.append((share - all_, number, value))
    gap, number, value = min(gaps, key=lambda each: each[0], default=(0.0, 0, None))
    if gap <= -APART:
        return Worst(value, number, of_split=True)
    return Worst(None, min(candidates)[1], of_split=False)


def _order(
    split: Sequence[tuple[str | None, Sequence[Mapping[str, Any]]]],
    worst: Worst | None,
) -> list[tuple[str | None, Sequence[Mapping[str, Any]]]]:
    """The largest values, the one in question among them."""
    found = sorted(split, key=lambda each: -each[1][0]["count"])
    if worst and worst.of_split:
        found.sort(key=lambda each: each[0] != worst.value)
    return found


def _lead(groups: Sequence[tuple[str, Sequence[float]]], worst: Worst | None) -> int:
    if worst is None or not worst.of_split:
        return 0
    return next(
        (at for at, (name, _) in enumerate(groups) if at and name == shown_value(worst.value)), 0
    )


def _shares(steps: Sequence[Mapping[str, Any]]) -> list[float]:
    return [step["conversion_from_start"] or 0.0 for step in steps]


def _said(
    body: Mapping[str, Any],
    names: Sequence[str],
    steps: Sequence[Mapping[str, Any]],
    split: Sequence[tuple[str | None, Sequence[Mapping[str, Any]]]],
    worst: Worst | None,
) -> tuple[str, str]:
    actors = whom(body)
    if not steps or not steps[0]["count"]:
        return f"Nobody did “{names[0]}” in this time" if names else "No steps yet", ""
    last = steps[-1]
    if worst is None:
        detail = "" if len(steps) > 1 else "Add a step to see how many go on."
        few = f"Only {whom(body, steps[0]['count'])} began" if steps[0]["count"] < ENOUGH else ""
        return few or f"{percent(last['conversion_from_start'])} reach “{names[-1]}”", detail
    value, number = worst.value, worst.step
    here = dict(split)[value] if worst.of_split else steps
    lost = 1 - (here[number - 1]["conversion_from_previous"] or 0)
    finding = f"{actors.capitalize()} stall at “{names[number - 1]}”"
    if worst.of_split:
        finding += f", most of all {shown_value(value)}"
    took = here[number - 1]["median_seconds_from_previous"]
    usual = percent(1 - (steps[number - 1]["conversion_from_previous"] or 0))
    detail = (
        f"{percent(lost)} of the {num(here[number - 2]['count'])} who did “{names[number - 2]}” never get there"
        f"{f', where {usual} is usual' if worst.of_split else ''}."
    )
    if took is not None and here[number - 1]["count"]:
        detail += f" The median of those who do takes {dur(took)}."
    return finding, f"{detail} {percent(last['conversion_from_start'])} of all reach “{names[-1]}”."


def columns(
    names: Sequence[str],
    groups: Sequence[tuple[str, Sequence[float]]],
    worst: tuple[int, int] | None,
    label: str,
    w: float = 760,
) -> Markup:
    """The picture: for each step one column a group, as a share of the start; `worst` is (group, step from 0)."""

    def one(cls: str, width: float, narrow: bool) -> str:
        box = _Box(width, 270 if narrow else 292, 36 if narrow else 40, 40 if narrow else 30)
        body = [_scale(box)]
        notes: list[str] = []
        room = (width - box.left) / len(names)
        for at, name in enumerate(names):
            body += _group(box, groups, at, box.left + at * room, room, worst, narrow, notes)
            cls_name = "v" if worst and at == worst[1] else "t2"
            for line, part in enumerate(_parts(name, room)):
                body.append(
                    f'<text class="m {cls_name}" x="{box.left + (at + 0.5) * room:.1f}"'
                    f' y="{box.h - box.bottom + 18 + 13 * line}">{escape(part)}</text>'
                )
        return (
            f'<svg class="{cls}" viewBox="0 0 {width:g} {box.h:g}" role="img" aria-label="{escape(label)}">'
            f"{''.join(body + notes)}</svg>"
        )

    return html(one("w", w, False) + one("n", NARROW, True))


class _Box:
    top = 22

    def __init__(self, w: float, h: float, left: float, bottom: float) -> None:
        self.w, self.h, self.left, self.bottom = w, h, left, bottom

    def y(self, share: float) -> float:
        return self.top + (self.h - self.top - self.bottom) * (1 - min(share, 1.0))


def _scale(box: _Box) -> str:
    return "".join(
        f'<line class="{"g" if t else "z"}" x1="{box.left:g}" x2="{box.w:g}" y1="{box.y(t / 100):.1f}"'
        f' y2="{box.y(t / 100):.1f}"/><text class="e" x="{box.left - 6:g}" y="{box.y(t / 100) + 4:.1f}">'
        f"{t}{' %' if t == 100 else ''}</text>"
        for t in (0, 25, 50, 75, 100)
    )


def _group(
    box: _Box,
    groups: Sequence[tuple[str, Sequence[float]]],
    at: int,
    x0: float,
    room: float,
    worst: tuple[int, int] | None,
    narrow: bool,
    notes: list[str],
) -> list[str]:
    out = []
    wide = min(room * 0.62 / len(groups), 26 if len(groups) > 1 else 48)
    x = x0 + (room - wide * len(groups) - 2 * (len(groups) - 1)) / 2
    for place, (_, shares) in enumerate(groups):
        y = box.y(shares[at])
        if at:
            before = box.y(shares[at - 1])
            out.append(
                f'<rect class="ghost" x="{x:.1f}" y="{before:.1f}" width="{wide:.1f}"'
                f' height="{max(y - before, 0):.1f}"/>'
            )
        out.append(
            f'<rect class="b{min(place, 3) + 1}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}"'
            f' height="{box.y(0) - y:.1f}" rx="1.5"/>'
        )
        if place == 0 or (not narrow and wide >= ROOM):
            cls = "v" if place == 0 else "t2"
            notes.append(
                f'<text class="m {cls}" x="{x + wide / 2:.1f}" y="{y - 5:.1f}">{round(shares[at] * 100)}</text>'
            )
        if worst == (place, at) and shares[at - 1]:
            lost = f"{round((1 - shares[at] / shares[at - 1]) * 100)} % stop here"
            peak = box.y(max(other[at - 1] for _, other in groups)) - 8
            flip = x > box.w * (0.5 if narrow else 0.72)
            tx = x + wide / 2 + (-6 if flip else 6)
            notes.append(
                f'<path class="lead-line bad" d="M{x + wide / 2:.1f} {peak - 2:.1f}'
                f'V{max(y - 20, peak):.1f}m-3 -4l3 4l3 -4"/>'
                f'<text class="badt{" e" if flip else ""}" x="{tx:.1f}"'
                f' y="{11 if narrow else peak + 3:.1f}">{lost}</text>'
            )
        x += wide + 2
    return out


def _parts(name: str, room: float) -> list[str]:
    """A step's name in at most two lines of its room, about 6.2 units a letter."""
    fits = max(int(room / 6.2), 6)
    if len(name) <= fits:
        return [name]
    cut = name.rfind(" ", 0, fits + 1)
    first = name[:cut] if cut > 0 else name[:fits]
    rest = name[len(first) :].strip()
    return [first, rest if len(rest) <= fits else rest[: fits - 1] + "…"]
