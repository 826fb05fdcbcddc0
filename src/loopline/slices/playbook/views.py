"""Pages to read, practise and improve. In a demo reading needs no sign-in."""

import os
from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow, may
from loopline.platform.ui.pages import actor_in, go, now_in, render, signed_in, toast
from loopline.slices.docs.company import filled_in
from loopline.slices.playbook import queries, services
from loopline.slices.playbook.content import book
from loopline.slices.playbook.models import Edition
from loopline.slices.playbook.plays.mapping import plays
from loopline.slices.playbook.plays.views import evidence_words


def reader(request: HttpRequest) -> Actor | None:
    """Who reads; nobody has to be signed in where this is a demo."""
    actor = actor_in(request)
    if actor is None and os.environ.get("LOOPLINE_DEMO") == "1":
        return None
    allow(actor, "question.read")
    return actor


def _frame(**more: Any) -> dict[str, Any]:
    kinds, skills = queries.names()
    return {
        "kinds": kinds,
        "skills": skills,
        "here": "Prepare",
        "group": "Run",
        "title": "Prepare",
        **more,
    }


def browse(request: HttpRequest) -> HttpResponse:
    actor = reader(request)
    g = request.GET
    found = queries.questions(
        kind=g.get("kind", ""), skill=g.get("skill", ""), text=g.get("q", "")[:200]
    )
    user_id = actor.user_id if actor else None
    every = queries.questions()
    tried = queries.tried(user_id)
    kinds = queries.names()[0]
    context = _frame(
        rows=found,
        values=g,
        tried=tried,
        total=len(every),
        done=len(tried),
        kind_views=[
            ("All", "/prepare", not g.get("kind"), len(every)),
            *(
                (n, f"/prepare?kind={k}", g.get("kind") == k, sum(q.kind == k for q in every))
                for k, n in kinds.items()
            ),
        ],
        skill_choices=[("", "Any skill"), *queries.names()[1].items()],
        imports=may(actor, "question.change"),
    )
    return render(request, "playbook/browse.html", context)


def page(request: HttpRequest, number: int) -> HttpResponse:
    actor = reader(request)
    q = queries.question(number)
    improvements = queries.improvements(q.pk) if actor else []
    sample = queries.sample(q)
    context = _frame(
        q=q, c=q.content, sample=sample, sample_text=_sample_text(actor, sample), improvements=improvements,
        play=plays().get(q.slug), title=f"Question {q.number}",
        mine=queries.tries(user_id=actor.user_id, question_id=q.pk) if actor and actor.user_id else [],
        writes=may(actor, "improvement.write"), decides=may(actor, "improvement.decide"),
        after=_neighbour(number, 1), before=_neighbour(number, -1),
    )  # fmt: skip
    return render(request, "playbook/question.html", context)


def _sample_text(actor: Actor | None, sample: Edition | None) -> str:
    """The sample answer with the places that the company sheet fills; strangers get it as it is written."""
    text = sample.sample_answer if sample else ""
    return filled_in(text) if actor else text


def _neighbour(number: int, by: int) -> int | None:
    numbers = [q.number for q in queries.questions()]
    place = numbers.index(number) + by if number in numbers else -1
    return numbers[place] if 0 <= place < len(numbers) else None


def skills(request: HttpRequest) -> HttpResponse:
    actor = reader(request)
    user_id = actor.user_id if actor else None
    b = book()
    context = _frame(
        progress_of=queries.skills(user_id=user_id), qualifications=b["qualifications"], stages=b["stages"],
        sources=b["practice_sources"], signed=actor is not None, title="Skills",
    )  # fmt: skip
    return render(request, "playbook/skills.html", context)


def _scores(request: HttpRequest, content: dict[str, Any]) -> dict[str, int]:
    out = {}
    for i, part in enumerate(content.get("rubric", [])):
        raw = request.POST.get(f"score_{i}", "")
        if raw in ("1", "2", "3", "4", "5"):
            out[str(part["criterion"])] = int(raw)
    return out


def practise(request: HttpRequest, number: int) -> HttpResponse:
    """Write against the clock, then compare and score yourself."""
    actor = signed_in(request, "answer.write")
    q, now = queries.question(number), now_in(request)
    mine = queries.tries(user_id=actor.user_id or 0, question_id=q.pk)
    sample = queries.sample(q)
    context = _frame(
        q=q, c=q.content, sample=sample, mine=mine, compare=False, text="", error="", seconds="0",
        sample_text=_sample_text(actor, sample), evidence=q.slug in plays(), said="",
        title=f"Practise question {number}", mock=request.GET.get("mock", ""), step=request.GET.get("step", ""),
    )  # fmt: skip
    if request.method != "POST":
        shown = next((a for a in mine if str(a.attempt) == request.GET.get("try")), None)
        if shown:
            context |= {"compare": True, "text": shown.text, "shown": shown}
        return render(request, "playbook/practise.html", context)
    seconds = request.POST.get("seconds", "0")
    if request.POST.get("use") == "evidence":
        words = evidence_words(actor, q.slug, now)
        typed = request.POST.get("text", "").rstrip()[:20_000]
        context |= {
            "text": f"{typed}\n\n{words}".strip() if words else typed,
            "seconds": seconds if seconds.isdecimal() else "0",
            "said": "" if words else "Nothing that fits this question is measured here yet.",
        }  # fmt: skip
        return render(request, "playbook/practise.html", context)
    try:
        attempt = services.save_answer(
            actor=actor, question_id=q.pk, text=request.POST.get("text", ""), scores=_scores(request, q.content),
            seconds=int(seconds) if seconds.isdecimal() and len(seconds) < 6 else 0, now=now,
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, "playbook/practise.html", context | {"error": wrong.sentence}, 422)
    onward = request.POST.get("onward", "")
    if onward.startswith("/prepare/mock"):
        return go(request, onward)
    return go(request, f"/prepare/questions/{number}/practise?try={attempt}")


def sheet(request: HttpRequest, number: int) -> HttpResponse:
    """For the interviewer: question, what to listen for, rubric with room for notes; made to print."""
    reader(request)
    q = queries.question(number)
    return render(
        request,
        "playbook/sheet.html",
        _frame(q=q, c=q.content, title=f"Interviewer's sheet {number}"),
    )


def mock(request: HttpRequest) -> HttpResponse:
    """A mock interview of N questions, one after the other, the same for one seed."""
    actor = signed_in(request, "answer.write")
    g = request.GET
    count = int(g["n"]) if g.get("n", "") in {str(n) for n in range(1, 13)} else 5
    seed = g.get("seed", "")[:20]
    if not seed:
        return render(
            request,
            "playbook/mock.html",
            _frame(start=True, seed=f"{now_in(request):%j%H%M%S}", title="Mock interview"),
        )
    rows = queries.picked(queries.questions(), count, seed)
    raw = g.get("step", "")
    step = int(raw) if raw.isdecimal() and len(raw) < 4 else 0
    if step < len(rows):
        here = f"/prepare/mock?n={count}&seed={seed}&step="
        context = _frame(
            start=False, q=rows[step], c=rows[step].content, step=step + 1, count=len(rows), onward=f"{here}{step + 1}",
            title="Mock interview", summary=None,
        )  # fmt: skip
        return render(request, "playbook/mock.html", context)
    mine = {q.pk: queries.tries(user_id=actor.user_id or 0, question_id=q.pk) for q in rows}
    summary = [(q, mine[q.pk][0] if mine[q.pk] else None) for q in rows]
    return render(
        request,
        "playbook/mock.html",
        _frame(start=False, q=None, summary=summary, title="Mock interview"),
    )


def improve(request: HttpRequest, number: int) -> HttpResponse:
    actor = signed_in(request, "improvement.write")
    if request.method != "POST":
        raise Missing("page")
    q = queries.question(number)
    try:
        services.propose_improvement(
            actor=actor, question_id=q.pk, text=request.POST.get("text", ""),
            rewrite=request.POST.get("rewrite") == "1", now=now_in(request),
        )  # fmt: skip
        toast(request, "Thank you. It is in the intake, and you hear what becomes of it")
    except Invalid as wrong:
        toast(request, wrong.sentence)
    return go(request, f"/prepare/questions/{number}#improvements")


def decide(request: HttpRequest, improvement_id: int) -> HttpResponse:
    actor = signed_in(request, "improvement.decide")
    if request.method != "POST":
        raise Missing("page")
    p = request.POST
    accept = p.get("accept") == "1"
    try:
        services.decide_improvement(
            actor=actor,
            improvement_id=improvement_id,
            accept=accept,
            text=p.get("text", ""),
            reason=p.get("reason", ""),
            now=now_in(request),
        )
        toast(
            request,
            "A new answer with credit; its author is told"
            if accept
            else "Declined; its author is told why",
        )
    except Problem as wrong:
        toast(request, wrong.sentence)
    back = p.get("back", "")
    return go(
        request, f"/prepare/questions/{back}#improvements" if back.isdecimal() else "/prepare"
    )


def import_file(request: HttpRequest) -> HttpResponse:
    """Own questions and roles from a file."""
    actor = signed_in(request, "question.change")
    error = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None or (file.size or 0) > 2_000_000:
                raise Invalid(file="Choose a file of up to 2 MB.")
            n = services.import_questions(
                actor=actor, text=file.read().decode("utf-8", "replace"), now=now_in(request)
            )
            toast(request, f"{n} questions went in")
            return go(request, "/prepare")
        except Invalid as wrong:
            error = wrong.sentence
    return render(
        request,
        "playbook/import.html",
        _frame(error=error, title="Own questions"),
        422 if error else 200,
    )
