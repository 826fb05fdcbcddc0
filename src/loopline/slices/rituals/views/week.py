"""One's own week: hats, blocks, sessions, and what it really went to."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, QueryDict

from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import today
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.rituals import pages, rules, services
from loopline.slices.rituals.fields import clock_in, whole
from loopline.slices.rituals.views.calendar import feed_address

NEAREST, FARTHEST = date(2000, 1, 3), date(2100, 1, 4)


def _monday(text: str, on: date) -> date:
    """The Monday of the week that a day lies in; this week's without one. Raises Invalid."""
    try:
        day = date.fromisoformat(text) if text else on
    except ValueError:
        raise Invalid(week=f"{text[:20]!r} is not a date. Write it as 2026-11-16.") from None
    if not NEAREST <= day <= FARTHEST:
        raise Invalid(week="That week is too far away.")
    return day - timedelta(days=day.weekday())


def week_page(request: HttpRequest) -> HttpResponse:
    """`?week=2026-11-16` shows another."""
    actor, now = signed_in(request, "week.read"), now_in(request)
    monday = _monday(request.GET.get("week", ""), today(now))
    context = pages.my_week(actor, monday, now) | {
        "here": "My week", "group": "Today", "monday": monday, "before": monday - pages.WEEK,
        "after": monday + pages.WEEK, "sunday": monday + timedelta(days=6), "weekdays": rules.WEEKDAYS,
        "this_week": monday == _monday("", today(now)), "writes": may(actor, "week.change"),
        "feed": feed_address(actor),
    }  # fmt: skip
    return render(request, "rituals/week.html", context)


def _act(actor: Actor, act: str, p: QueryDict, request: HttpRequest) -> tuple[str, str]:
    now = now_in(request)
    monday = _monday(p.get("week", ""), today(now))
    if act == "add":
        block = services.Block(
            whole(p.get("day", ""), "day"), clock_in(p.get("at", "")), whole(p.get("minutes", ""), "minutes"),
            p.get("hat", ""), p.get("note", ""),
        )  # fmt: skip
        services.add_block(actor=actor, monday=monday, block=block, now=now)
        return "", ""
    if act == "remove":
        token = services.remove_block(
            actor=actor, monday=monday, block_id=p.get("block", ""), now=now
        )
        return "The time is free again", token
    if act == "copy":
        return "Copied", services.copy_week(actor=actor, monday=monday, now=now)
    if act == "hats":
        services.set_hats(actor=actor, monday=monday, hats=p.get("hats", "").split(","), now=now)
        return "Saved", ""
    raise Missing("page")


def week_act(request: HttpRequest, act: str) -> HttpResponse:
    """add, remove, copy, hats; then back to the week."""
    actor = signed_in(request, "week.change")
    if request.method != "POST":
        raise Missing("page")
    try:
        said, undo = _act(actor, act, request.POST, request)
        if said:
            toast(request, said, undo)
    except Missing:
        raise
    except Invalid as wrong:
        toast(request, " ".join(wrong.errors.values()))
    except Problem as wrong:
        toast(request, wrong.sentence)
    week = request.POST.get("week", "")
    return go(request, f"/week?week={week}" if week and len(week) == 10 else "/week")
