"""What people promised to do, on the pages it came from; some late, some moved, a few dropped."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from demo.context import Context
from demo.learning import QUESTION
from demo.oakrow.actions import ACTIONS, SampleAction
from demo.oakrow.story import BETS, versions
from loopline.slices.actions import services as actions
from loopline.slices.decisions import queries as decisions
from loopline.slices.releases.models import Release

Ref = tuple[str, int]


def load(w: Context) -> None:
    """Plan each from the day it is written down to the day it is closed."""
    for place, a in enumerate(ACTIONS):
        w.plan(w.at(a.written, 16), partial(_write, w, place, a))
        for day, to in a.moved:
            w.plan(w.at(day, 9), partial(_move, w, place, a, day, to))
        if a.started is not None:
            w.plan(w.at(a.started, 11), partial(_start, w, place, a, a.started))
        if a.done is not None:
            w.plan(w.at(a.done, 15), partial(_finish, w, place, a, a.done))
        if a.dropped is not None:
            w.plan(w.at(a.dropped, 15), partial(_drop, w, place, a, a.dropped))


def _due(w: Context, day: int) -> date:
    return (w.now - timedelta(days=day)).date()


def _decision(w: Context, bet: int) -> Ref:
    return "decision", decisions.about([("bet", w.bets[bet])])[0].id


def _release(w: Context, bet: int) -> Ref:
    version = dict(versions(w.now))[BETS[bet].shipped or 0]
    return "release", Release.objects.get(version_name=version).pk


def _source(w: Context, a: SampleAction) -> Ref:
    kind, of = a.source
    if isinstance(of, str):
        return (kind, w.metrics[of]) if kind == "metric" else (kind, w.investigations[QUESTION])
    found: dict[str, Callable[[int], Ref]] = {
        "bet": lambda i: ("bet", w.bets[i]),
        "opportunity": lambda i: ("opportunity", w.opportunities[i]),
        "asked": lambda i: ("feedback", w.asked[i][-1]),
        "decision": partial(_decision, w),
        "release": partial(_release, w),
    }
    return found[kind](of)


def _write(w: Context, place: int, a: SampleAction) -> None:
    w.actions[place] = actions.create(
        actor=w.actor(a.by), text=a.text, owner_id=w.people[a.owner], due=_due(w, a.due), type=a.type,
        source=_source(w, a), now=w.at(a.written, 16), sample=True,
    )  # fmt: skip


def _move(w: Context, place: int, a: SampleAction, day: int, to: int) -> None:
    actions.move_due(
        actor=w.actor(a.owner), ids=[w.actions[place]], due=_due(w, to), now=w.at(day, 9)
    )


def _start(w: Context, place: int, a: SampleAction, day: int) -> None:
    actions.start(actor=w.actor(a.owner), action_item_id=w.actions[place], now=w.at(day, 11))


def _finish(w: Context, place: int, a: SampleAction, day: int) -> None:
    actions.finish(actor=w.actor(a.owner), ids=[w.actions[place]], now=w.at(day, 15))


def _drop(w: Context, place: int, a: SampleAction, day: int) -> None:
    actions.wont_do(
        actor=w.actor(a.owner), ids=[w.actions[place]], reason=a.reason, now=w.at(day, 15)
    )
