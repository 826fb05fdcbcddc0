"""The scorecard and the review of a quarter as pages."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import today
from loopline.platform.ui.charts import spark
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.playbook.scorecard import changing, pace
from loopline.slices.playbook.scorecard.reading import Line, Scorecard, headline, read


def _posting(request: HttpRequest) -> tuple[Actor, datetime]:
    actor = signed_in(request, "scorecard.change")
    if request.method != "POST":
        raise Missing("page")
    return actor, now_in(request)


def _drawn(line: Line) -> Any:
    return spark(
        [v for _, v in line.history],
        f"{line.outcome} since the baseline, now {changing.printed(line.said)}",
    )


def _context(actor: Actor, card: Scorecard | None, now: datetime, **more: Any) -> dict[str, Any]:
    changes = may(actor, "scorecard.change")
    quarter = pace.quarter(today(now))
    return {
        "here": "Scorecard", "group": "Run", "title": "Scorecard", "card": card, "changes": changes,
        "headline": headline(card) if card else "", "drawn": _drawn, "printed": changing.printed, "aim": changing.aim,
        "open_baselines": sum(1 for line in card.lines if line.baseline is None) if card else 0,
        "able": sum(1 for line in card.lines if line.baseline is None and line.said.value is not None) if card else 0,
        "until": card.began + pace.WHOLE if card else None, "quarter": quarter,
        "reviewed": bool(card and any(r.quarter == quarter for r in card.reviews)),
        "choices": changing.choices() if changes else [], "editing": "", "typed": {}, "errors": {}, **more,
    }  # fmt: skip


def scorecard(request: HttpRequest) -> HttpResponse:
    """Baseline, now and target of every outcome; with `edit` one of them is open to change."""
    actor, now = signed_in(request, "scorecard.read"), now_in(request)
    editing = request.GET.get("edit", "")[:20] if may(actor, "scorecard.change") else ""
    context = _context(actor, read(actor, now), now, editing=editing)
    return render(request, "playbook/scorecard.html", context)


def scorecard_new(request: HttpRequest) -> HttpResponse:
    actor, now = _posting(request)
    changing.begin(actor=actor, now=now)
    toast(request, "The scorecard is set up, with what is measured today as its baseline")
    return go(request, "/scorecard")


def scorecard_baseline(request: HttpRequest) -> HttpResponse:
    actor, now = _posting(request)
    taken = changing.take_baseline(actor=actor, now=now)
    said = f"{taken} kept; they do not change any more" if taken else "Nothing new is measured yet"
    toast(request, said)
    return go(request, "/scorecard")


def _refused(
    request: HttpRequest, actor: Actor, now: datetime, editing: str, wrong: Invalid
) -> HttpResponse:
    context = _context(
        actor, read(actor, now), now, editing=editing, typed=request.POST, errors=wrong.errors
    )
    return render(request, "playbook/scorecard.html", context, 422)


def scorecard_add(request: HttpRequest) -> HttpResponse:
    actor, now = _posting(request)
    try:
        changing.add_row(actor=actor, changes=_typed(request), now=now)
    except Invalid as wrong:
        return _refused(request, actor, now, "new", wrong)
    toast(request, "It is on the scorecard")
    return go(request, "/scorecard")


def _typed(request: HttpRequest) -> dict[str, str]:
    return {k: str(request.POST[k])[:600] for k in changing.FIELDS if k in request.POST}


def scorecard_change(request: HttpRequest, row: str) -> HttpResponse:
    actor, now = _posting(request)
    try:
        changing.change_row(actor=actor, row_id=row, changes=_typed(request), now=now)
    except Invalid as wrong:
        return _refused(request, actor, now, row, wrong)
    toast(request, "Changed")
    return go(request, f"/scorecard#row-{row}")


def scorecard_remove(request: HttpRequest, row: str) -> HttpResponse:
    actor, now = _posting(request)
    token = changing.remove_row(actor=actor, row_id=row, now=now)
    toast(request, "It is off the scorecard", token)
    return go(request, "/scorecard")


def scorecard_review(request: HttpRequest) -> HttpResponse:
    """One sentence on each outcome; posting keeps them with the numbers of today."""
    actor, now = signed_in(request, "scorecard.change"), now_in(request)
    card = read(actor, now)
    if card is None:
        raise Missing("scorecard")
    context = _context(actor, card, now, title=f"Review of {pace.quarter(today(now))}")
    if request.method != "POST":
        return render(request, "playbook/scorecard_review.html", context)
    said = {line.id: request.POST.get(f"said-{line.id}", "") for line in card.lines}
    try:
        changing.review(actor=actor, said=said, now=now)
    except Invalid as wrong:
        context |= {"errors": wrong.errors, "typed": said}
        return render(request, "playbook/scorecard_review.html", context, 422)
    except Conflict as there:
        toast(request, there.sentence)
        return go(request, "/scorecard#reviews")
    toast(request, "The quarter is kept")
    return go(request, "/scorecard#reviews")
