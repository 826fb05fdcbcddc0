"""How the line runs, in blocks: over all slices, so from the last of them."""

from datetime import datetime

from loopline.core.problems import Invalid, Missing
from loopline.platform.blocks.registry import Block, Param, Params, Row, Shown, number, register
from loopline.platform.blocks.shapes import day, days, last, span
from loopline.platform.cards.registry import kinds
from loopline.platform.identity.actor import Actor
from loopline.platform.thread.queries import standings, thread
from loopline.platform.ui.formats import dur, num, pct, plural
from loopline.slices.feedback import queries as feedback
from loopline.slices.home.health import percentile
from loopline.slices.told import queries as told

NOTHING = "Nothing came in {}, so there is nothing to follow."


def _line_health(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    times = [(t - a).total_seconds() for a, t in told.closing_times(since=since, until=now)]
    stand = [s for s in standings(object_type="opportunity", now=now) if s.threads]
    if not stand and not times:
        return Shown(
            missing="No problem has been named yet, so no line has begun.", connect="/opportunities"
        )
    open_, stalled = sum(s.threads for s in stand), sum(s.stalled for s in stand)
    worst = max(stand, key=lambda s: (s.stalled, s.threads)) if stand else None
    typical = percentile(times, 0.5)
    said = (
        f"Half of those told {last(count)} waited at most {dur(typical)} from asking"
        if typical is not None
        else f"Nobody was told of anything shipped {last(count)}"
    )
    text = f"{said}; {num(stalled)} of {plural(open_, 'open thread')} stand too long"
    text += f", most at {worst.name}." if worst and worst.stalled else "."
    rows = tuple(
        Row(
            (
                s.name.capitalize(),
                num(s.threads),
                dur(s.median_wait.total_seconds()) if s.median_wait else "",
                num(s.stalled),
            ),
            "/line/health",
        )
        for s in stand
    )
    return Shown(
        text,
        round(typical / 86_400, 1) if typical is not None else None,
        "d",
        "/line/health",
        ("Station", "Open", "Half wait", "Too long"),
        rows,
    )


def _intake(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    f = feedback.flow(since=since, until=now)
    if not f.received:
        return Shown(missing=NOTHING.format(last(count)), connect="/feedback/new")
    closed = told.told_feedback(f.ids)
    share, triage = 100 * f.intake / f.received, percentile(f.triage_seconds, 0.5)
    rows = (
        Row(("Through the intake", pct(f.intake / f.received)), "/feedback"),
        Row(
            ("Half triaged within", dur(triage) if triage is not None else "not yet measured"),
            "/inbox",
        ),
        Row(("Said before", pct(f.merged / f.received)), "/feedback?state=merged"),
        Row(
            (
                "Told that it shipped",
                pct(len(closed) / len(f.ids)) if f.ids else "not yet measured",
            ),
            "/follow-ups",
        ),
    )
    text = f"{pct(f.intake / f.received)} of {plural(f.received, 'item')} {last(count)} came through the intake"
    text += (
        f"; half were triaged within {dur(triage)}."
        if triage is not None
        else "; none is triaged yet."
    )
    return Shown(text, round(share, 1), "%", "/line/health", ("What", "Now"), rows)


def _line(actor: Actor, params: Params, now: datetime) -> Shown:
    if not params["type"] or not params["id"]:
        raise Invalid(id="Choose what the line is of.")
    if params["type"] not in kinds():
        raise Invalid(type=f"There is no kind called {params['type']}.")
    id_ = number(params, "id")
    try:
        found = thread(actor=actor, object_type=params["type"], id_=id_, now=now, limit=3)
    except Missing as gone:
        return Shown(missing=gone.sentence)
    lit = [s for s in found.stations if s.mark.lit]
    rows = tuple(
        Row((s.name.capitalize(), day(s.mark.first, now) if s.mark.first else "", s.mark.note))
        for s in lit
    )
    if not lit:
        return Shown(missing="This line has not begun.", connect=found.card.url)
    text = f"{found.card.title} has come to {lit[-1].name}, station {len(lit)} of {len(found.stations)}."
    return Shown(
        text, len(lit), "stations", f"/line/{params['type']}/{id_}", ("Station", "Since", ""), rows
    )


def registered() -> None:
    for block in (
        Block(
            "line-health",
            "The line",
            "From asked to told, and where threads stand too long.",
            "line.read",
            _line_health,
            (days(30),),
            "The line",
        ),
        Block(
            "feedback-health",
            "How the intake runs",
            "The share through the intake, time to triage, repeats and closure.",
            "feedback.read",
            _intake,
            (days(30),),
            "Hear",
        ),
        Block(
            "line",
            "The line of one thing",
            "The stations that an opportunity, a bet or feedback has come to.",
            "line.read",
            _line,
            (
                Param(
                    "type",
                    "Of a",
                    lambda: (
                        ("opportunity", "Opportunity"),
                        ("bet", "Bet"),
                        ("feedback", "Feedback"),
                        ("release", "Release"),
                    ),
                    "opportunity",
                ),
                Param("id", "Its number", None, ""),
            ),
            "The line",
        ),
    ):
        register(block)
