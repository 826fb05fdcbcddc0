"""Leverage and impact in blocks."""

from datetime import datetime

from loopline.platform.blocks.registry import Block, Params, Row, Shown, register
from loopline.platform.identity.actor import Actor
from loopline.platform.ui.formats import dur, money, num, plural
from loopline.slices.home.weighing import impact
from loopline.slices.home.weighing.leverage import Gap, read


def said(gap: Gap, currency: str) -> str:
    """What closing a gap brings, in a clause."""
    out = f"{num(gap.back.hours, 0)} hours a quarter"
    if gap.back.arr_weeks:
        out += f" and {money(gap.back.arr_weeks, currency)} ARR-weeks"
    return out


def _leverage(actor: Actor, _params: Params, now: datetime) -> Shown:
    found = read(actor, now)
    if not found.began:
        return Shown(
            missing="No problem has been named yet, so no line has begun.", connect="/opportunities"
        )
    rows = tuple(
        Row(
            (g.name, num(g.count), num(g.stalled), dur(g.waits.median) if g.waits.median is not None else "",
             num(g.back.hours, 0)),
            f"/leverage/waiting/{g.station}",
        )
        for g in found.gaps if g.count or g.waits.n
    )  # fmt: skip
    best = found.moves[0] if found.moves else None
    text = (
        f"{best.name} loses most: {plural(best.back.threads, 'thread')} beyond the usual wait; closing it brings "
        f"{said(best, found.currency)}."
        if best
        else "No thread waits longer than usual."
    )
    return Shown(
        text, round(best.back.hours, 1) if best else 0, "hours a quarter", "/leverage",
        ("Gap", "Waiting", "Too long", "Half wait", "Hours a quarter"), rows,
    )  # fmt: skip


def _impact(actor: Actor, _params: Params, now: datetime) -> Shown:
    found = impact.report(actor, now)
    if not found.outcomes:
        return Shown(missing="There is no scorecard yet.", connect="/scorecard")
    rows = tuple(Row((o.name, o.baseline, o.now, o.standing), o.href) for o in found.outcomes)
    good = sum(o.standing in ("There", "On the way") for o in found.outcomes)
    return Shown(
        found.headline,
        good,
        "outcomes",
        "/impact",
        ("Outcome", "Baseline", "Now", "Standing"),
        rows,
    )


def registered() -> None:
    group = "The line"
    register(Block("leverage", "Where the line loses most", "The gap whose closing brings most, and all of them.",
                   "line.read", _leverage, (), group, slow=True))  # fmt: skip
    register(
        Block(
            "impact",
            "Impact",
            "Baseline and now of every outcome.",
            "impact.read",
            _impact,
            (),
            group,
            slow=True,
        )
    )
