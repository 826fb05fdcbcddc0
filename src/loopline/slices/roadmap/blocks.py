"""What is asked most and which bets are on their way, in blocks."""

from datetime import datetime

from loopline.platform.blocks.registry import Block, Params, Row, Shown, register
from loopline.platform.blocks.shapes import day, days, last, short, span, team, team_name
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import workspace
from loopline.platform.ui.formats import money, num, plural
from loopline.slices.roadmap.models import Bet, Opportunity
from loopline.slices.roadmap.rules import STATES

MOST = 8


def _top(_actor: Actor, params: Params, _now: datetime) -> Shown:
    squad = team_name(params)
    found = Opportunity.objects.filter(archived_at=None, ask_count__gt=0)
    if squad:
        found = found.filter(squad=squad)
    top = list(found.order_by("-arr", "-ask_count", "pk")[:MOST])
    if not top:
        return Shown(missing="No opportunity has an ask yet.", connect="/opportunities")
    own = workspace().currency
    rows = tuple(
        Row(
            (short(o.title), num(o.ask_count), num(o.account_count), money(o.arr, own)),
            f"/opportunities/{o.pk}",
        )
        for o in top
    )
    first = top[0]
    asked = f"asked {plural(first.ask_count, 'time')}"
    by = plural(first.account_count, "account")
    text = (
        f"{first.title} is worth most to those who ask: {money(first.arr, own)} from {by}, {asked}."
        if first.arr
        else f"{first.title} is {asked} by {by}, whose worth is not known."
    )
    return Shown(
        text,
        float(first.arr),
        own,
        "/opportunities",
        ("Opportunity", "Asks", "Accounts", "ARR asking"),
        rows,
    )


def _moving(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    squad = team_name(params)
    found = Bet.objects.filter(archived_at=None).exclude(state="declined")
    if squad:
        found = found.filter(squad=squad)
    live = list(
        found.filter(state__in=("committed", "in_progress"))
        .select_related("metric", "owner")
        .order_by("started_at", "pk")[:200]
    )
    shipped = list(
        found.filter(shipped_at__gte=since, shipped_at__lte=now)
        .select_related("metric", "owner")
        .order_by("-shipped_at")[:50]
    )
    if not live and not shipped:
        if not Bet.objects.exists():
            return Shown(missing="There is no bet yet.", connect="/bets/new")
        return Shown(
            f"No bet is under way, and none shipped {last(count)}.", 0, "bets under way", "/bets"
        )
    rows = tuple(
        Row(
            (
                short(b.title),
                STATES[b.state],
                day(b.shipped_at or b.started_at or b.committed_at, now),
                b.metric.name if b.metric else "no metric",
                b.owner.name if b.owner else "nobody",
            ),
            f"/bets/{b.pk}",
        )
        for b in [*shipped, *live]
    )
    going = sum(b.state == "in_progress" for b in live)
    text = (
        f"{num(going)} in progress, {num(len(live) - going)} committed and not started, "
        f"{num(len(shipped))} shipped {last(count)}."
    )
    return Shown(
        text,
        len(live),
        "bets under way",
        "/bets?state=in_progress&state=committed",
        ("Bet", "State", "Since", "Metric to move", "Owner"),
        rows,
    )


def registered() -> None:
    register(
        Block(
            "opportunities-top",
            "Most asked problems",
            "The opportunities worth most to those who ask.",
            "opportunity.read",
            _top,
            (team(),),
            "Decide",
        ),
    )
    register(
        Block(
            "bets-moving",
            "Bets under way",
            "Committed, in progress and just shipped, with the metric each should move.",
            "bet.read",
            _moving,
            (days(14), team()),
            "Decide",
        ),
    )
