"""Answers that are a few numbers: time to value, adoption, stickiness, paths."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from loopline.platform.ui import charts
from loopline.platform.ui.drawn.shape import Drawn, named, percent, whom
from loopline.platform.ui.formats import dur, num
from loopline.platform.ui.moments import Moment


def time_to_value(
    body: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    zone: tzinfo,
    now: datetime,
    moments: Sequence[Moment] = (),
    w: float = 760,
) -> Drawn:
    """How many got there, and how long it took."""
    people, reached = answer["people"], answer["reached"]
    start, value = named(body.get("start")), named(body.get("value"))
    if not people:
        return Drawn("Time to value", "", f"Nobody did “{start}” in this time")
    finding = f"Half of those who reach “{value}” do so within {dur(answer['p50_seconds'])}" if reached else (
        f"Nobody has reached “{value}” yet"
    )  # fmt: skip
    detail = (
        f"{num(reached)} of {num(people)} {whom(body)} got there ({percent(reached / people)})."
    )
    if answer.get("early"):
        detail += f" {num(answer['early'])} had done it before they began."
    rows = [
        ["Began", num(people)],
        ["Reached it", num(reached)],
        ["Median", dur(answer["p50_seconds"])],
        ["85 % within", dur(answer["p85_seconds"])],
        ["Before they began", num(answer.get("early", 0))],
    ]
    svg = charts.columns([people, reached], [(0, "began"), (1, "reached it")], f"{finding}.", w=w)
    return Drawn(f"From “{start}” to “{value}”", whom(body), finding, detail, svg, ["", ""], rows)


def adoption(
    body: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    zone: tzinfo,
    now: datetime,
    moments: Sequence[Moment] = (),
    w: float = 760,
) -> Drawn:
    """Who used it, of those who could have."""
    eligible, adopters = answer["eligible"], answer["adopters"]
    what, uses = named(body), body.get("uses", 1)
    if not eligible:
        return Drawn("Adoption", "", "Nobody could have used it in this time")
    often = "" if uses == 1 else f" at least {uses} times"
    finding = f"{percent(answer['share'])} did “{what}”{often}"
    detail = f"{num(adopters)} of {num(eligible)} {whom(body)} who were active in this time."
    svg = charts.columns([eligible, adopters], [(0, "active"), (1, "used it")], f"{finding}.", w=w)
    rows = [
        ["Active", num(eligible)],
        ["Used it", num(adopters)],
        ["Share", percent(answer["share"])],
    ]
    return Drawn(f"Adoption of “{what}”", whom(body), finding, detail, svg, ["", ""], rows)


def stickiness(
    body: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    zone: tzinfo,
    now: datetime,
    moments: Sequence[Moment] = (),
    w: float = 760,
) -> Drawn:
    """How many were active on exactly 1, 2, 3 … days."""
    counts, interval = answer["counts"], body.get("interval", "day")
    total = sum(counts)
    if not total:
        return Drawn("Stickiness", "", "Nobody was active in this time")
    mean = sum((at + 1) * n for at, n in enumerate(counts)) / total
    finding = f"{whom(body).capitalize()} are active on {num(mean, 1)} {interval}s on average"
    once = percent(counts[0] / total)
    svg = charts.columns(
        counts, [(at, str(at + 1)) for at in range(0, len(counts), max(len(counts) // 10, 1))], f"{finding}.",
        on=(-1, -1), w=w,
    )  # fmt: skip
    rows = [[str(at + 1), num(n), percent(n / total)] for at, n in enumerate(counts)]
    return Drawn(
        f"Active on how many {interval}s",
        f"{whom(body)} by number of {interval}s with an event",
        finding,
        f"{once} came on one {interval} only.",
        svg,
        [f"{interval.capitalize()}s", whom(body).capitalize(), "Share"],
        rows,
    )


def paths(
    body: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    zone: tzinfo,
    now: datetime,
    moments: Sequence[Moment] = (),
    w: float = 760,
) -> Drawn:
    """What is done next, move by move; the page draws the flow from `extra`."""
    edges = answer["edges"]
    start = named(body.get("start"))
    word = "before" if body.get("direction") == "before" else "after"
    if not edges:
        return Drawn("Paths", "", f"Nothing was done {word} “{start}” in this time")
    first = [e for e in edges if e["position"] == min(e["position"] for e in edges)]
    top = max(first, key=lambda e: e["count"])
    whole = sum(e["count"] for e in first)
    near = top["source"] if word == "before" else top["target"]
    finding = f"{word.capitalize()} “{start}” most do “{near}”"
    rows = [[str(e["position"]), e["source"], e["target"], num(e["count"])] for e in edges]
    return Drawn(
        f"What {whom(body)} do {word} “{start}”",
        f"{whom(body)} by move, within sessions",
        finding,
        f"{percent(top['count'] / whole)} of those who did anything {word} it.",
        head=["Move", "From", "To", whom(body).capitalize()],
        rows=rows,
        extra={"edges": edges},
    )
