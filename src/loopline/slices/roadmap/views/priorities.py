"""The ranking by one model with the teams' spread, and the written scales behind it."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Missing
from loopline.core.scoring.models import MODELS
from loopline.platform.identity.policy import may
from loopline.platform.thread.queries import lines
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.platform.ui.rows import number
from loopline.slices.roadmap import services
from loopline.slices.roadmap.models import ScoringModel
from loopline.slices.roadmap.scores import ranking, unscored


def _model(request: HttpRequest) -> str:
    wanted = request.GET.get("model", "rice")
    return wanted if wanted in MODELS else "rice"


def priorities(request: HttpRequest) -> HttpResponse:
    actor = signed_in(request, "bet.read")
    model = _model(request)
    ranked = ranking(model)
    top = max((r.score.high for r in ranked), default=1.0)
    wide = [r for r in ranked if r.score.ratio and r.score.ratio >= 2]
    context = {
        "ranked": ranked, "unscored": unscored(model), "model": MODELS[model], "top": top, "wide": wide,
        "tabs_of": [(m.name, f"/priorities?model={k}", k == model) for k, m in MODELS.items()],
        "line_of": lines("bet", [r.bet.pk for r in ranked], now=now_in(request)),
        "here": "Priorities", "group": "Decide", "title": "Priorities", "may_score": may(actor, "bet.score"),
        "scales_url": f"/priorities/scales?model={model}",
    }  # fmt: skip
    return render(request, "roadmap/priorities.html", context)


def scales(request: HttpRequest) -> HttpResponse:
    """What each number means here, in this company's words."""
    actor = signed_in(request, "bet.read")
    model = _model(request)
    row = ScoringModel.objects.filter(key=model).first()
    if row is None:
        raise Missing("scoring model")
    context: dict[str, Any] = {
        "model": MODELS[model], "row": row, "changes": may(actor, "scoring.change"),
        "tabs_of": [(m.name, f"/priorities/scales?model={k}", k == model) for k, m in MODELS.items()],
        "here": "Priorities", "group": "Decide", "title": "Scales",
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "roadmap/scales.html", context)
    signed_in(request, "scoring.change")
    levels: dict[str, Any] = {}
    for i in MODELS[model].inputs:
        parts = [request.POST.getlist(f"{i.key}_{part}") for part in ("value", "label", "says")]
        rows = [
            (number(i.key, v), label, says)
            for v, label, says in zip(*parts, strict=False) if v.strip() and label.strip()
        ]  # fmt: skip
        levels[i.key] = [[float(v or 0), label, says] for v, label, says in rows]
    try:
        services.change_scale(actor=actor, id_=row.pk, levels=levels, now=now_in(request))
    except Invalid as wrong:
        toast(request, wrong.sentence)
    else:
        toast(request, "Scales changed; scores given keep their numbers")
    return go(request, f"/priorities/scales?model={model}")
