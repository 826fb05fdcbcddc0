"""Pages of action items."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.cards.registry import card, cards
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.identity.queries import find_person_id
from loopline.platform.settings.options import today
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import (
    frame,
    go,
    is_fragment,
    list_bulk,
    list_csv,
    list_page,
    now_in,
    render,
    signed_in,
    state_of,
    toast,
)  # fmt: skip
from loopline.slices.actions import panels, queries, rules, services
from loopline.slices.actions.fields import states_for
from loopline.slices.actions.lists import SPEC
from loopline.slices.actions.models import ActionItem

HERE = {"here": "Actions", "group": "Today"}
_BY = (("due", "By day"), ("owner", "By owner"), ("source", "By source"))


def _heads(rows: Sequence[ActionItem], sort: str, titles: Mapping[Any, Any]) -> dict[int, str]:
    """Rows that begin a group, by id, with what stands above them."""
    by = sort.lstrip("-")
    if by not in ("owner", "source"):
        return {}
    out: dict[int, str] = {}
    last: object = object()
    for a in rows:
        ref = queries.source_of(a)
        group: object = a.owner_id if by == "owner" else ref
        if group != last:
            owner = a.owner.name if a.owner else "Nobody"
            found = titles.get(ref)
            source = found.title if found else queries.key_of(ref) or "From nowhere else"
            out[a.pk] = owner if by == "owner" else source
        last = group
    return out


def action_list(request: HttpRequest) -> HttpResponse:
    """Everybody's, by day, by owner or by where they came from."""
    state = state_of(request, SPEC)

    def decorate(rows: Sequence[ActionItem], actor: Actor) -> Mapping[str, Any]:
        titles = cards(actor=actor, refs=[r for a in rows if (r := queries.source_of(a))])
        return {
            "source_of": {a.pk: titles.get(queries.source_of(a) or ("", 0)) for a in rows},
            "heads": _heads(rows, state.sort, titles),
            "on_day": today(now_in(request)),
            "states": dict(rules.STATES),
            "may_change": may(actor, "action.change"),
            "orders": [
                (label, state.url(sort=None if by == "due" else by), state.sort.lstrip("-") == by)
                for by, label in _BY
            ],
        }

    return list_page(
        request, SPEC, queries.rows(), template="actions/list.html", decorate=decorate, context=HERE
    )


def action_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, SPEC, queries.rows())


def action_bulk(request: HttpRequest) -> HttpResponse:
    return list_bulk(request, SPEC, queries.rows())


def _ref(text: str) -> tuple[str, int] | None:
    type_, _, id_ = text.partition(":")
    return (type_, int(id_)) if type_ and id_.isdecimal() and len(id_) < 18 else None


def _owner(actor: Actor, text: str) -> int | None:
    """Who was picked; the actor where nobody was. Raises Invalid."""
    clean = text.strip().removeprefix("@")
    if not clean:
        return actor.user_id
    found = find_person_id(clean)
    if found is None:
        raise Invalid(owner=f"Nobody here is called {clean[:60]}. Choose from the list.")
    return found


def _create(actor: Actor, p: QueryDict, request: HttpRequest) -> int:
    """From the words of a form; all that is wrong with them is said at once."""
    now, owner, due = now_in(request), actor.user_id, None
    errors: dict[str, str] = {}
    try:
        owner = _owner(actor, p.get("owner", ""))
    except Invalid as wrong:
        errors.update(wrong.errors)
    try:
        due = rules.checked_due(rules.due_from(p.get("due", ""), today(now)), today(now))
    except Invalid as wrong:
        errors.update(wrong.errors)
    try:
        rules.checked_text(p.get("text", ""))
    except Invalid as wrong:
        errors.update(wrong.errors)
    if errors:
        raise Invalid(**errors)
    return services.create(
        actor=actor, text=p.get("text", ""), owner_id=owner, due=due, type=p.get("type") or "follow_up",
        source=_ref(p.get("about", "")), now=now,
    )  # fmt: skip


def action_new(request: HttpRequest) -> HttpResponse:
    """A form of its own; `?about=decision:3` says where it comes from."""
    actor = signed_in(request, "action.change")
    raw = request.POST.get("about") or request.GET.get("about", "")
    ref = _ref(raw)
    context: dict[str, Any] = HERE | {
        "values": {"owner": actor.name, **request.GET.dict()}, "errors": {}, "types": rules.TYPES,
        "about": raw if ref else "", "about_card": cards(actor=actor, refs=[ref]).get(ref) if ref else None,
    }  # fmt: skip
    shape = "actions/form.html" if is_fragment(request) else "actions/new.html"
    if request.method != "POST":
        return render(request, shape, context)
    try:
        made = _create(actor, request.POST, request)
    except Invalid as wrong:
        return render(
            request, shape, context | {"values": request.POST, "errors": wrong.errors}, 422
        )
    toast(request, f"ACT-{made} is written down")
    return go(request, f"/actions/{made}")


def _back(request: HttpRequest, otherwise: str) -> str:
    """The page somebody came from, of this site only."""
    back = request.POST.get("back", "")
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if safe else otherwise


def action_add(request: HttpRequest) -> HttpResponse:
    """One line on another object's page: the section again, with the new one or with what is wrong."""
    actor = signed_in(request, "action.change")
    if request.method != "POST":
        raise Missing("page")
    ref = _ref(request.POST.get("about", ""))
    if ref is None:
        raise Missing("object")
    found = card(actor=actor, type_=ref[0], id_=ref[1])
    errors: Mapping[str, str] = {}
    try:
        _create(actor, request.POST, request)
    except Invalid as wrong:
        errors = wrong.errors
    if not is_fragment(request):
        if errors:
            toast(request, next(iter(errors.values())))
        return go(request, _back(request, found.url))
    context = {**frame(request), **panels.section(request, actor, *ref)}
    context["actions_stay"] = _back(request, found.url)
    if errors:
        context |= {"action_errors": errors, "action_values": request.POST}
    return render(request, panels.TEMPLATE, context, 422 if errors else 200)


def action_page(request: HttpRequest, action_item_id: int) -> HttpResponse:
    actor = signed_in(request, "action.read")
    a = queries.one(actor=actor, action_item_id=action_item_id)
    source = queries.source_of(a)
    work = (("work-item", a.work_item_id),) if a.work_item_id else ()
    known = cards(actor=actor, refs=[*([source] if source else []), *work])
    context = HERE | {
        "a": a, "version": a.version, "list_url": "/actions", "list_title": "Actions",
        "changes": may(actor, "action.change"), "is_open": a.state in rules.OPEN, "states": states_for(a),
        "state_word": dict(rules.STATES)[a.state], "types": rules.TYPES,
        "source": known.get(source) if source else None, "work": known.get(work[0]) if work else None,
        "on_day": today(now_in(request)), "moves_to": rules.MOVES,
    }  # fmt: skip
    own = card(actor=actor, type_="action-item", id_=a.pk)
    return object_page(request, actor, own, "actions/page.html", context)


def _act(actor: Actor, id_: int, act: str, p: QueryDict, request: HttpRequest) -> tuple[str, str]:
    """Do one of the acts of a page; answers what to say and the undo token."""
    now = now_in(request)
    if act == "finish":
        return "It is done", services.finish(actor=actor, ids=[id_], now=now)
    if act == "drop":
        return "It will not be done", services.wont_do(
            actor=actor, ids=[id_], reason=p.get("reason", ""), now=now
        )
    if act == "move":
        due = rules.due_from(p.get("due", ""), today(now))
        return "Moved", services.move_due(actor=actor, ids=[id_], due=due, now=now)
    if act == "start":
        services.start(actor=actor, action_item_id=id_, now=now)
        return "Started", ""
    if act == "reopen":
        services.reopen(actor=actor, action_item_id=id_, now=now)
        return "Open again", ""
    raise Missing("page")


def action_act(request: HttpRequest, action_item_id: int, act: str) -> HttpResponse:
    """finish, start, reopen, move, drop; then back to where it was pressed."""
    actor = signed_in(request, "action.change")
    if request.method != "POST":
        raise Missing("page")
    try:
        said, undo = _act(actor, action_item_id, act, request.POST, request)
        toast(request, said, undo)
    except Missing:
        raise
    except Problem as wrong:
        toast(request, wrong.sentence)
    return go(request, _back(request, f"/actions/{action_item_id}"))
