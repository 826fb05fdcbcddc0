"""A change of direction on one guided page: why, before and after, paused work, promises, message, decide."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.cards.registry import card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.identity.queries import find_person_id, teams
from loopline.platform.settings.options import workspace
from loopline.platform.ui.formats import money
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import (
    go,
    is_fragment,
    list_csv,
    list_page,
    now_in,
    render,
    signed_in,
    toast,
)
from loopline.slices.customers.queries import account_choices
from loopline.slices.goals import queries, services
from loopline.slices.goals.changing import candidates
from loopline.slices.goals.lists import DIRECTIONS
from loopline.slices.goals.models import Direction
from loopline.slices.goals.pages import goals_side_by_side, side_by_side
from loopline.slices.goals.planning import source, work_of
from loopline.slices.goals.rules import label
from loopline.slices.goals.services.deciding import moved_on
from loopline.slices.goals.views.asking import key_in, number_in, period_in, posted
from loopline.slices.goals.wording import ACTIONS, HORIZONS, TAGS, becomes, stood, sums, weeks_moved

STOPS = ("pause", "drop")


def change_list(request: HttpRequest) -> HttpResponse:
    return list_page(
        request,
        DIRECTIONS,
        queries.direction_rows(),
        template="goals/changes.html",
        context={"quarter": label},
    )


def change_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, DIRECTIONS, queries.direction_rows())


def change_new(request: HttpRequest) -> HttpResponse:
    """Name it; the plan of the quarter is frozen beside it."""
    actor = signed_in(request, "direction.change")
    context: dict[str, Any] = {
        "here": "Goals", "group": "Decide", "values": request.GET, "errors": {},
        "quarters": queries.quarter_choices()[1:],
    }  # fmt: skip
    shape = "goals/change_form.html" if is_fragment(request) else "goals/change_new.html"
    if request.method != "POST":
        return render(request, shape, context | {"period": period_in(request)})
    p = request.POST
    try:
        made = services.open_direction(
            actor=actor, title=p.get("title", ""), period=p.get("period", ""), why=p.get("why", ""), now=now_in(request)
        )  # fmt: skip
    except Invalid as wrong:
        said = {"values": p, "errors": wrong.errors, "period": p.get("period", "")}
        return render(request, shape, context | said, 422)
    return go(request, f"/goals/change/{made}")


def _choices(d: Direction, writes: bool) -> dict[str, Any]:
    """What a draft is written with."""
    if d.state != "draft" or not writes:
        return {}
    live = [b for b in source().bets() if b.live or (b.state == "declined") or b.paused]
    keys = queries.key_results_of(o.pk for o in queries.objectives_of(d.period))
    found = sorted(live, key=lambda b: (b.quarter != d.period, b.title))
    said = {True: "paused", False: ""}
    return {
        "bet_options": [
            ("", "A new bet"),
            *((b.id, f"{b.title}, {said[b.paused] or label(b.quarter) or 'no quarter'}") for b in found),
        ],
        "key_options": [(k.pk, k.text) for each in keys.values() for k in each if not k.dropped_at],
        "team_options": [("", "Team"), *((n, n) for _, n in teams())], "quarters": queries.quarter_choices(),
        "account_options": [("", "Choose an account"), *account_choices()],
    }  # fmt: skip


def change_page(request: HttpRequest, direction_id: int) -> HttpResponse:
    actor, now = signed_in(request, "goal.read"), now_in(request)
    d = queries.direction(actor=actor, direction_id=direction_id)
    rows, promises = list(d.rows.order_by("pk")), queries.promises_of(d.pk)
    before, after, was, will = side_by_side(d, rows)
    writes = may(actor, "direction.change")
    rooms = queries.rooms(d.period)
    stopped = [r.ref_id for r in rows if r.kind == "bet" and r.action in STOPS and r.ref_id]
    currency = workspace().currency
    context = {
        "d": d, "version": d.version, "rows": rows, "promises": promises, "before": before, "after": after,
        "was": was, "will": will, "room": sum(r for r in rooms.values() if r is not None) if rooms else None,
        "goals_": goals_side_by_side(d, rows), "work": work_of(stopped), "titles": {r.ref_id: r.title for r in rows},
        "writes": writes, "drafts": writes and d.state == "draft", "actions": ACTIONS, "tags": TAGS, "becomes": becomes,
        "stood": stood, "horizons": [("", "As it is"), *HORIZONS.items()], "list_url": "/goals/change",
        "list_title": "Changes of direction", "here": "Goals", "group": "Decide", "quarter": label(d.period),
        "worth": sums(promises, currency), "money": money, "moved_weeks": weeks_moved(rows), "me": actor.user_id,
        "candidates": candidates(d, now)[:40] if writes and d.state == "draft" else [],
        "moved_on": moved_on(rows) if d.state == "draft" else [], "open": [p for p in promises if p.state == "open"],
        "decision": d.decision,
    } | _choices(d, writes)  # fmt: skip
    own = card(actor=actor, type_="direction", id_=d.pk)
    return object_page(request, actor, own, "goals/change.html", context)


def _row(actor: Actor, d: int, p: QueryDict, now: datetime) -> tuple[str, str]:
    weeks = number_in("weeks", p.get("weeks", ""))
    values: dict[str, Any] = {k: p[k] for k in ("quarter", "horizon") if p.get(k)}
    team = p.get("team", "")
    if weeks is not None and not team:
        raise Invalid(team="Say which team the weeks are of.")
    if weeks is not None:
        values["weeks"] = {team: weeks}
    if team:
        values["squad"] = team
    if p.get("target"):
        values["target"] = number_in("target", p.get("target", ""))
    services.put_row(
        actor=actor, direction_id=d, kind=p.get("kind", ""), action=p.get("action", ""),
        ref_id=key_in(p.get("ref", "")), title=p.get("title", ""), values=values,
        trade_off=p.get("trade_off", ""), now=now,
    )  # fmt: skip
    return "Written", ""


def _row_drop(actor: Actor, d: int, p: QueryDict, now: datetime) -> tuple[str, str]:
    token = services.drop_row(
        actor=actor, direction_id=d, row_id=key_in(p.get("row", "")) or 0, now=now
    )
    return "Left as it is", token


def _evidence(actor: Actor, d: int, p: QueryDict, now: datetime) -> tuple[str, str]:
    row = queries.direction(actor=actor, direction_id=d)
    kept = [e for i, e in enumerate(row.evidence) if str(i) != p.get("drop", "")]
    new = (
        [{"text": p.get("text", ""), "url": p.get("url", "")}]
        if p.get("text") or p.get("url")
        else []
    )
    services.change_direction(actor=actor, id_=d, changes={"evidence": [*kept, *new]}, now=now)
    return "Evidence added" if new else "Taken off", ""


def _promises(actor: Actor, d: int, p: QueryDict, now: datetime) -> tuple[str, str]:
    picked = []
    for raw in p.getlist("who")[:200]:
        account, _, bet = raw.partition(":")
        picked.append(services.NewPromise(key_in(account) or 0, key_in(bet)))
    if p.get("account"):
        picked.append(
            services.NewPromise(
                key_in(p.get("account", "")) or 0, None, p.get("old", ""), p.get("new", "")
            )
        )
    if not picked:
        raise Invalid(who="Choose at least one account.")
    n = len(services.add_promises(actor=actor, direction_id=d, promises=picked, now=now))
    return f"{n} promise{'s' if n != 1 else ''} to renegotiate", ""


def _promise(actor: Actor, d: int, p: QueryDict, now: datetime) -> tuple[str, str]:
    changes: dict[str, Any] = {k: p[k] for k in ("old", "new") if k in p}
    if "owner" in p:
        who = p.get("owner", "").strip()
        changes["owner_id"] = find_person_id(who) if who else None
        if who and changes["owner_id"] is None:
            raise Invalid(owner=f"Nobody here is called {who}.")
    services.change_promise(
        actor=actor,
        direction_id=d,
        promise_id=key_in(p.get("promise", "")) or 0,
        changes=changes,
        now=now,
    )
    return "Saved", ""


def _promise_drop(actor: Actor, d: int, p: QueryDict, now: datetime) -> tuple[str, str]:
    services.drop_promise(
        actor=actor, direction_id=d, promise_id=key_in(p.get("promise", "")) or 0, now=now
    )
    return "Taken off the list", ""


def _settle(actor: Actor, d: int, p: QueryDict, now: datetime) -> tuple[str, str]:
    state = p.get("state", "")
    services.settle_promise(
        actor=actor, direction_id=d, promise_id=key_in(p.get("promise", "")) or 0, state=state, note=p.get("note", ""),
        now=now,
    )  # fmt: skip
    return {"told": "Told", "waived": "Waived"}.get(state, "Open again"), ""


def _fill(actor: Actor, d: int, _p: QueryDict, now: datetime) -> tuple[str, str]:
    services.fill_message(actor=actor, direction_id=d, now=now)
    return "Filled from the rows; edit it as you like", ""


def _decide(actor: Actor, d: int, _p: QueryDict, now: datetime) -> tuple[str, str]:
    token = services.decide_direction(actor=actor, direction_id=d, now=now)
    return "Decided; everything is applied and the owners are told", token


def _close(actor: Actor, d: int, _p: QueryDict, now: datetime) -> tuple[str, str]:
    services.close_direction(actor=actor, direction_id=d, now=now)
    return "Closed", ""


Verb = Callable[[Actor, int, QueryDict, datetime], tuple[str, str]]
VERBS: Mapping[str, tuple[str, Verb]] = {
    "row": ("direction.change", _row), "row-drop": ("direction.change", _row_drop),
    "evidence": ("direction.change", _evidence), "promises": ("direction.change", _promises),
    "promise": ("direction.change", _promise), "promise-drop": ("direction.change", _promise_drop),
    "settle": ("goal.check_in", _settle), "fill": ("direction.change", _fill),
    "decide": ("direction.change", _decide), "close": ("direction.change", _close),
}  # fmt: skip
PLACES = {
    "row": "rows", "row-drop": "rows", "evidence": "why", "promises": "promises", "promise": "promises",
    "promise-drop": "promises", "settle": "promises", "fill": "message",
}  # fmt: skip


def change_do(request: HttpRequest, direction_id: int, verb: str) -> HttpResponse:
    """One step of the page; a refusal is said there and changes nothing."""
    signed_in(request, "goal.read")
    if verb not in VERBS:
        raise Missing("page")
    permission, run = VERBS[verb]
    actor = posted(request, permission)
    queries.direction(actor=actor, direction_id=direction_id)
    try:
        text, token = run(actor, direction_id, request.POST, now_in(request))
        toast(request, text, token)
    except Problem as wrong:
        toast(request, wrong.sentence)
    place = f"#{PLACES[verb]}" if verb in PLACES else ""
    return go(request, f"/goals/change/{direction_id}{place}")
