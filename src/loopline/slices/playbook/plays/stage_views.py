"""The operating model as a page: where the company stands, what to add, what is too early, and whom founders heard."""

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid
from loopline.platform.identity.policy import may
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.docs import pages as prepared
from loopline.slices.docs import queries as docs
from loopline.slices.playbook.plays import company, stage
from loopline.slices.playbook.plays.mapping import STAGES, stages
from loopline.slices.playbook.plays.views import posting


def stage_page(request: HttpRequest) -> HttpResponse:
    """The stage that counts, or another by `?stage=`."""
    actor, now = signed_in(request, "stage.read"), now_in(request)
    here, said, proposed = stage.here(), stage.chosen(), stage.proposed()
    asked = request.GET.get("stage", "")
    key = asked if asked in stages() else here
    doc = company.sheet()
    row = docs.one(actor=actor, doc_id=doc.id) if doc and may(actor, "doc.read") else None
    place = STAGES.index(key)
    founders = company.founders(now) if key == "seed" or here == "seed" else []
    context = {
        "here": "Stage", "group": "Run", "title": "Stage", "m": stage.model(actor, key, now), "key": key,
        "at": here, "said": said, "proposed": proposed, "names": {k: s.name for k, s in stages().items()},
        "tab_rows": [(s.name, f"/stage?stage={k}", k == key, "") for k, s in stages().items()],
        "changes": may(actor, "stage.change"), "writes": may(actor, "doc.write"), "doc": row,
        "founders_place": prepared.place_part(actor, row, "founders", now) if row else None,
        "founders": founders, "quiet": [f for f in founders if f.quiet(now)], "loop_": key == "seed" or here == "seed",
        "next_name": stages()[STAGES[place + 1]].name if place + 1 < len(STAGES) else "", "says": stage.SAYS,
        "editing": "", "error": "", "typed": "",
    }  # fmt: skip
    return render(request, "playbook/stage.html", context)


def stage_set(request: HttpRequest) -> HttpResponse:
    """Write the stage into the company sheet."""
    actor, now = posting(request, "stage.change")
    try:
        stage.set_stage(actor=actor, key=request.POST.get("stage", ""), now=now)
        toast(request, "The company sheet says so now")
    except Invalid as wrong:
        toast(request, wrong.sentence)
    return go(request, "/stage")


def stage_mark(request: HttpRequest) -> HttpResponse:
    """Say by hand how a practice stands; an empty answer takes it back."""
    actor, now = posting(request, "stage.change")
    p = request.POST
    back = p.get("back", "")
    try:
        stage.mark(
            actor=actor, item=p.get("item", ""), says=p.get("says", ""), note=p.get("note", ""), now=now
        )  # fmt: skip
        toast(request, "Kept" if p.get("says") else "The numbers count again")
    except Invalid as wrong:
        toast(request, wrong.sentence)
    return go(request, f"/stage?stage={back}" if back in STAGES else "/stage")
