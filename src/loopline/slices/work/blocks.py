"""What was finished, what grows old and what is blocked, in blocks."""

from datetime import datetime, timedelta

from django.db.models import Count, Q

from loopline.core.problems import Invalid
from loopline.platform.blocks.registry import Block, Param, Params, Row, Shown, number, register
from loopline.platform.blocks.shapes import (
    against,
    days,
    last,
    middle,
    short,
    span,
    team,
    team_name,
)
from loopline.platform.identity.actor import Actor
from loopline.platform.ui.formats import dur, num, plural
from loopline.slices.work.models import WorkItem

MOST = 8
DAY = 86_400.0
BLOCKED = ("blocked", "blocker", "on hold", "on-hold", "waiting")
NOTHING = "No work items yet. Connect a tracker, import a file, or write work down."


def _none() -> Shown | None:
    return None if WorkItem.objects.exists() else Shown(missing=NOTHING, connect="/work")


def _of_team(name: str) -> Q:
    return Q(bet__squad=name) if name else Q()


def _done(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    mine = _of_team(team_name(params))
    before = WorkItem.objects.filter(
        mine, state="done", done_at__gte=since - timedelta(days=count), done_at__lt=since
    ).count()
    here = WorkItem.objects.filter(mine, state="done", done_at__gte=since, done_at__lte=now)
    newest = list(here.select_related("bet").order_by("-done_at", "-pk")[:500])
    if not newest and not before and (nothing := _none()):
        return nothing
    took = [
        (w.done_at - w.started_at).total_seconds()
        for w in newest
        if w.done_at and w.started_at and w.started_at < w.done_at
    ]
    typical = middle(took)
    text = f"{plural(len(newest), 'item')} finished {last(count)}, {against(len(newest), before)}"
    text += f"; half took at most {dur(typical)}." if typical is not None else "."
    rows = tuple(
        Row((short(w.title), w.bet.title if w.bet else "no bet"), f"/work/{w.pk}")
        for w in newest[:MOST]
    )
    return Shown(text, len(newest), "items", "/work?state=done", ("Finished", "For the bet"), rows)


def _ageing(_actor: Actor, params: Params, now: datetime) -> Shown:
    limit = number(params, "over")
    if not 1 <= limit <= 366:
        raise Invalid(over="Days go from 1 to 366.")
    mine = _of_team(team_name(params))
    started = WorkItem.objects.filter(mine, state="started", archived_at=None)
    edge = now - timedelta(days=limit)
    counted = started.aggregate(all=Count("pk"), old=Count("pk", filter=Q(started_at__lt=edge)))
    if not counted["all"] and (nothing := _none()):
        return nothing
    rows = tuple(
        Row(
            (
                short(w.title),
                f"{int((now - w.started_at).total_seconds() // DAY)} d" if w.started_at else "",
                w.assignee_name or "nobody",
            ),
            f"/work/{w.pk}",
        )
        for w in started.filter(started_at__lt=edge).order_by("started_at", "pk")[:MOST]
    )
    if not counted["old"]:
        text = f"Nothing under way is older than {limit} days, of {plural(counted['all'], 'item')}."
    else:
        text = (
            f"{num(counted['old'])} of {plural(counted['all'], 'item')} under way "
            f"{'is' if counted['old'] == 1 else 'are'} older than {limit} days."
        )
    return Shown(
        text, counted["old"], "items", "/work?state=started", ("Item", "Age", "With"), rows
    )


def _blocked(_actor: Actor, params: Params, _now: datetime) -> Shown:
    mine = _of_team(team_name(params))
    open_ = list(
        WorkItem.objects.filter(mine, state__in=("todo", "started"), archived_at=None)
        .order_by("started_at", "pk")
        .values("pk", "title", "labels", "assignee_name")[:5000]
    )
    if not open_ and (nothing := _none()):
        return nothing
    found = []
    for w in open_:
        why = [x for x in map(str, w["labels"] or ()) if x.strip().lower() in BLOCKED]
        if why:
            found.append(
                Row((short(w["title"]), why[0], w["assignee_name"] or "nobody"), f"/work/{w['pk']}")
            )
    text = (
        f"{plural(len(found), 'item')} cannot go on."
        if found
        else "Nothing is marked as blocked. Label an item blocked, in the tracker or here, and it stands here."
    )
    return Shown(
        text,
        len(found),
        "items",
        "/work?state=started",
        ("Item", "Label", "With"),
        tuple(found[:MOST]),
    )


def registered() -> None:
    register(
        Block(
            "work-done",
            "Finished work",
            "What was finished, against the time before, and how long it took.",
            "work.read",
            _done,
            (days(7), team()),
            "Build",
        ),
    )
    register(
        Block(
            "work-ageing",
            "Work that grows old",
            "Started, not finished, and longer under way than it should be.",
            "work.read",
            _ageing,
            (Param("over", "Older than, days", None, "14"), team()),
            "Build",
        ),
    )
    register(
        Block(
            "work-blocked",
            "Blocked work",
            "Open items with the label blocked or waiting.",
            "work.read",
            _blocked,
            (team(),),
            "Build",
        ),
    )
