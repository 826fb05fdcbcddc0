"""Plays as pages: all of them by station, and one with this workspace's own evidence."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Missing, Stale
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import zone
from loopline.platform.ui import formats
from loopline.platform.ui.charts import spark
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.docs.company import filled_in
from loopline.slices.playbook import queries
from loopline.slices.playbook.plays import library, stage, standing
from loopline.slices.playbook.plays.mapping import STATIONS, Play, plays, stages
from loopline.slices.playbook.plays.standing import Standing

TONES = {standing.FOUND: "good", standing.NOTHING: "warn", standing.UNMEASURED: ""}


def frame(**more: Any) -> dict[str, Any]:
    return {"here": "Plays", "group": "Run", "title": "Plays", "tones": TONES, **more}


def posting(request: HttpRequest, action: str) -> tuple[Actor, datetime]:
    """Raises Missing for anything but a post."""
    actor = signed_in(request, action)
    if request.method != "POST":
        raise Missing("page")
    return actor, now_in(request)


def play_list(request: HttpRequest) -> HttpResponse:
    """The plays by station with where this workspace stands on each, as of the last look."""
    actor = signed_in(request, "play.read")
    look = standing.last_look()
    found = standing.every(actor, look)
    wanted = request.GET.get("stands", "")
    rows = [s for s in found if not wanted or s.state == wanted]
    n = standing.tally(found)
    views = [("All", "/plays", not wanted, len(found))] + [
        (word, f"/plays?stands={key}", wanted == key, n[key])
        for key, word in standing.WORDS.items()
    ]
    groups = [(name, [s for s in rows if s.play.station == name]) for name in STATIONS]
    context = frame(
        groups=[g for g in groups if g[1]], rows=rows, views_=views, look=look, looks=may(actor, "play.look"),
        counted=standing.counted(found), tally=n,
    )  # fmt: skip
    return render(request, "playbook/plays.html", context)


def look(request: HttpRequest) -> HttpResponse:
    """Look at everything now, instead of tonight."""
    actor, now = posting(request, "play.look")
    n = standing.look_again(actor=actor, now=now)
    toast(request, f"{n} signs looked at")
    return go(request, "/plays")


def _play(number: int) -> Play:
    found = next((p for p in plays().values() if p.number == number), None)
    if found is None:
        raise Missing("play")
    return found


def _verdict(s: Standing) -> tuple[str, str, str]:
    """(tone, heading, sentence): what the evidence says before any advice."""
    if not s.measured:
        missing = next((r.seen.shown.missing for r in s.rows if r.seen.shown.missing), "")
        return "", "Nothing of this is measured here yet", missing
    said = [r.seen.shown.sentence.rstrip(".") + "." for r in s.rows if r.seen.shown.sentence]
    if s.short:
        first = s.short[0]
        head = f"{first.entry.name} falls short: {first.seen.here}, where {first.seen.bar} is good"
        return "warn", head, " ".join(said[:2])
    if s.state == standing.NOTHING:
        return "warn", "There is nothing of this here yet", " ".join(said[:2])
    if any(r.seen.good for r in s.rows):
        return "good", "You do this; the numbers hold", " ".join(said[:2])
    return "", "There is evidence, with no bar to hold it to", " ".join(said[:2])


def _page(request: HttpRequest, actor: Actor, number: int, **more: Any) -> dict[str, Any]:
    play, now = _play(number), now_in(request)
    q = queries.question(number)
    found = standing.one(actor, play, now)
    noted = library.notes_of(play.slug)
    tried = library.practices(play=play.slug)
    by_number = {p.number: p for p in plays().values()}
    numbers = sorted(by_number)
    place = numbers.index(number)
    key = stage.here()
    return frame(
        title=play.title, play=play, q=q, c=q.content, found=found, verdict_=_verdict(found), tried=tried,
        spark=spark, notes_doc=noted, notes_text=str(noted.data.get("notes") or "") if noted else "",
        goes_with=[by_number[n] for n in play.goes_with if n in by_number],
        again_choices=[(a, a) for a in library.AGAIN],
        before=numbers[place - 1] if place else None, after=numbers[place + 1] if place + 1 < len(numbers) else None,
        total=len(numbers), writes=may(actor, "library.write"), improves=may(actor, "improvement.write"),
        good=[filled_in(x) for x in q.content.get("what_good_looks_like", [])],
        stage_name=stages()[key].name, stage_set=bool(stage.chosen()),
    ) | {"error": "", "errors": {}, "said": {}, "edits": request.GET.get("edit") == "notes", **more}  # fmt: skip


def play_page(request: HttpRequest, number: int) -> HttpResponse:
    """This workspace's evidence, asked now, then the next step, why it matters, what good looks like."""
    actor = signed_in(request, "play.read")
    return render(request, "playbook/play.html", _page(request, actor, number))


def notes(request: HttpRequest, number: int) -> HttpResponse:
    """Write notes on a play."""
    actor, now = posting(request, "library.write")
    text = request.POST.get("notes", "")
    try:
        library.write_notes(
            actor=actor, slug=_play(number).slug, text=text, was=request.POST.get("was"), now=now
        )
    except (Invalid, Stale) as wrong:
        more = {"error": wrong.sentence, "notes_text": text, "edits": True}
        status = 409 if isinstance(wrong, Stale) else 422
        return render(request, "playbook/play.html", _page(request, actor, number, **more), status)
    toast(request, "The notes are kept")
    return go(request, f"/plays/{number}#notes")


def tried(request: HttpRequest, number: int) -> HttpResponse:
    """Write down what was tried; it goes into the library."""
    actor, now = posting(request, "library.write")
    p = request.POST
    try:
        made = library.add_practice(
            actor=actor, title=p.get("title", ""), where=p.get("where", ""), again=p.get("again", ""),
            play=_play(number).slug, now=now,
        )  # fmt: skip
    except Invalid as wrong:
        context = _page(request, actor, number, errors=wrong.errors, said=p.dict())
        return render(request, "playbook/play.html", context, 422)
    toast(request, "It is in the library; add what came of it there")
    return go(request, f"/docs/{made}")


def evidence_words(actor: Actor, slug: str, now: datetime) -> str:
    """What this workspace's numbers say to a question, as sentences with their day; empty where nothing is measured."""
    play = plays().get(slug)
    if play is None:
        return ""
    on = formats.day(now, now=now, zone=zone())
    found = standing.ask(actor, dict.fromkeys(e.sign for e in play.evidence), now)
    return " ".join(standing.sentence(s, on) for s in found.values() if s.measured)
