"""Pages of the people who use the product."""

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Problem
from loopline.platform.cards.registry import cards
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import zone
from loopline.platform.ui.pages import go, is_fragment, now_in, render, signed_in, toast
from loopline.slices.insights import arrivals, people, privacy, services

LONGEST = 40  # events of one part of a timeline
MICROS = 19  # digits of a time in microseconds


def person_list(request: HttpRequest) -> HttpResponse:
    """Who uses the product, the last seen first; "More" brings the next fifty."""
    actor = signed_in(request, "person.read")
    search, account = (request.GET.get(k, "").strip()[:200] for k in ("q", "account"))
    raw = request.GET.get("offset", "0")
    offset = int(raw) if raw.isdecimal() and len(raw) < 9 else 0
    trouble, count = "", 0
    rows: list[people.Person] = []
    try:
        rows, count = services.find_people(
            actor=actor, search=search, account=account, offset=offset, now=now_in(request)
        )
    except Problem as problem:
        trouble = problem.sentence
    following = offset + people.PAGE
    query = {k: v for k, v in (("q", search), ("account", account)) if v}
    context = {
        "rows": rows, "count": count, "search": search, "account": account, "trouble": trouble,
        "more": f"/people?{urlencode(query | {'offset': str(following)})}" if following < count else "",
        "customer": people.account_of(actor, account) if account else None,
        "here": "People", "group": "Learn", "title": "People", "offset": offset,
    }  # fmt: skip
    return render(request, "insights/people.html", context)


def person_page(request: HttpRequest, person: str) -> HttpResponse:
    """One person: what is known, which ids were joined, what they did."""
    actor = signed_in(request, "person.read")
    before = request.GET.get("before", "")
    until = int(before) if before.isdecimal() and len(before) < MICROS else None
    p = people.one(actor=actor, person=person)
    events = people.timeline(actor=actor, person=person, before=until, limit=LONGEST + 1)
    days = by_day(events[:LONGEST])
    context: dict[str, Any] = {
        "p": p, "days": days, "last_day": request.GET.get("day", ""),
        "next": events[LONGEST - 1].micros if len(events) > LONGEST else None, "now_day": days[-1][0] if days else "",
    }  # fmt: skip
    if is_fragment(request) and until is not None:
        return render(request, "insights/person_days.html", context)
    customer = people.account_of(actor, p.account, p.email)
    context |= {
        "here": "People", "group": "Learn", "title": p.name, "customer": customer,
        "contact": people.contact_of(actor, p.email), "cohorts": people.cohorts_of([p.id, *p.ids], p.account),
        "facts": [(key, said(value)) for key, value in sorted(p.properties.items())],
        "others": [i for i in p.ids if i != p.id], "erases": may(actor, "person.erase"), "now_at": now_in(request),
    }  # fmt: skip
    return render(request, "insights/person.html", context)


def person_erase(request: HttpRequest) -> HttpResponse:
    """Erase who is named in the form, once their id was typed; a GET shows the person of that name."""
    if request.method != "POST":
        return person_page(request, "erase")
    actor = signed_in(request, "person.erase")
    person = request.POST.get("person", "")
    try:
        done = services.erase_person(
            actor=actor, person=person, typed=request.POST.get("typed", ""), now=now_in(request)
        )
    except Invalid as wrong:
        toast(request, wrong.sentence)
        return go(request, f"/people/{quote(person)}")
    return go(request, f"/people/erased/{done.erasure}")


TAKEN = (
    ("events", "product event", "product events"), ("ids", "id or address", "ids and addresses"),
    ("cohorts", "place in a cohort", "places in cohorts"), ("contacts", "contact", "contacts"),
    ("comments", "comment on the contact", "comments on the contact"),
    ("answers", "answer to a survey lost its words and person", "answers to surveys lost their words and person"),
    ("asks", "mail of a survey lost its address", "mails of surveys lost their address"),
    ("feedback", "item of feedback lost who said it", "items of feedback lost who said it"),
    ("masked", "item of feedback lost the address in its words", "items of feedback lost the address in their words"),
    ("quotes", "quote lost the address", "quotes lost the address"),
    ("follow_ups", "message to them lost its words", "messages to them lost their words"),
)  # fmt: skip


def erasure_page(request: HttpRequest, key: str) -> HttpResponse:
    """What an erasure took away, and what still names the person."""
    actor = signed_in(request, "person.erase")
    found = privacy.erasure(actor=actor, key=key)
    named = cards(actor=actor, refs=list(found.named_in))
    context = {
        "e": found, "here": "People", "group": "Learn", "title": "Erased",
        "taken": [(n, one if n == 1 else many) for k, one, many in TAKEN if (n := found.taken.get(k, 0))],
        "named": [named[ref] for ref in found.named_in if ref in named],
    }  # fmt: skip
    return render(request, "insights/erasure.html", context)


def by_day(events: Sequence[people.Happening]) -> list[tuple[str, list[tuple[Any, str]]]]:
    """Events by the day of the company's zone, each with what it carried in one line."""
    local = zone()

    def day(event: people.Happening) -> str:
        return event.at.astimezone(local).date().isoformat()

    grouped: Iterable[tuple[str, Iterable[people.Happening]]] = groupby(events, key=day)
    return [
        (name, [(e, arrivals.head(json.dumps(dict(e.properties)))) for e in some])
        for name, some in grouped
    ]


def said(value: Any) -> str:
    """A property as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        json.dumps(value, ensure_ascii=False)[:200]
        if isinstance(value, (dict, list))
        else str(value)
    )
