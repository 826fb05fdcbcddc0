"""The inbox: one item at a time, everything by keyboard, each act leads to the next item."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict

from loopline.core.problems import Invalid, Missing
from loopline.platform.cards.registry import card
from loopline.platform.identity.actor import Actor
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.feedback import queries, services
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.rules import source_label
from loopline.slices.feedback.views import item_context

SHOWN = 60
VIEWS: tuple[tuple[str, str, Callable[[Actor, datetime], Q]], ...] = (
    ("new", "New", lambda _a, _n: Q()),
    ("late", "Late", lambda _a, n: Q(due_at__lt=n)),
    ("mine", "Mine", lambda a, _n: Q(assignee_id=a.user_id)),
    ("repeats", "Repeats", lambda _a, _n: Q(likely__isnull=False)),
    ("unmatched", "Unmatched", lambda _a, _n: Q(account=None)),
)


def _rows(view: str, actor: Actor, now: datetime) -> QuerySet[Feedback]:
    where = next((w for key, _, w in VIEWS if key == view), VIEWS[0][2])
    return queries.inbox_rows(now=now).filter(where(actor, now))


MANY = 1000  # beyond, a view says so; counting on costs more than it tells


def _many(rows: QuerySet[Feedback]) -> str:
    found = rows.order_by()[:MANY].count()
    return f"{found}" if found < MANY else f"{MANY - 1}+"


def _counts(actor: Actor, now: datetime, view: str) -> list[tuple[str, str, bool, str]]:
    return [
        (label, f"/inbox?view={key}", key == view, _many(_rows(key, actor, now)))
        for key, label, _ in VIEWS
    ]


def inbox(request: HttpRequest) -> HttpResponse:
    """The list on the left, the item in the middle, who it is from on the right."""
    actor, now = signed_in(request, "feedback.read"), now_in(request)
    view = request.GET.get("view", "new")
    found = _rows(view, actor, now).select_related("account", "contact")
    rows = list(found.order_by("-received_at", "-pk")[:SHOWN])
    wanted = request.GET.get("item", "")
    current = (
        int(wanted) if wanted.isdecimal() and len(wanted) < 18 else (rows[0].pk if rows else 0)
    )
    place = next((i for i, r in enumerate(rows) if r.pk == current), -1)
    after = rows[place + 1].pk if place + 1 < len(rows) else (rows[0].pk if place > 0 else 0)
    context: dict[str, Any] = {
        "rows": rows, "view": view, "counts": _counts(actor, now, view), "current": current,
        "after": after, "here": "Inbox", "group": "Hear", "title": "Inbox", "fixed": True,
        "source_label": source_label, "total": queries.waiting(actor=actor, now=now),
        "picked": bool(wanted),
    }  # fmt: skip
    if not current:
        return render(request, "feedback/inbox_empty.html", context)
    row = queries.one(actor=actor, feedback_id=current)
    own = card(actor=actor, type_="feedback", id_=row.pk)
    context |= item_context(request, actor, row) | {"version": row.version}
    return object_page(request, actor, own, "feedback/inbox.html", context)


Did = tuple[str, str]


def _accept(actor: Actor, id_: int, _p: QueryDict, now: datetime) -> Did:
    return f"Accepted FB-{id_}", services.accept_many(actor=actor, ids=[id_], now=now)


def _archive(actor: Actor, id_: int, _p: QueryDict, now: datetime) -> Did:
    return f"Archived FB-{id_}", services.archive_many(actor=actor, ids=[id_], now=now)


def _snooze(actor: Actor, id_: int, p: QueryDict, now: datetime) -> Did:
    days = _number(p.get("days", "7"))
    token = services.snooze_many(actor=actor, ids=[id_], days=days, now=now)
    return f"Snoozed FB-{id_} for {days:g} days", token


def _merge(actor: Actor, id_: int, p: QueryDict, now: datetime) -> Did:
    into = int(_number(p.get("into", "").upper().removeprefix("FB-").removeprefix("FEEDBACK:")))
    score = _number(p.get("score", "")) if p.get("score") else None
    token = services.merge(actor=actor, feedback_id=id_, into_id=into, score=score, now=now)
    return f"Merged FB-{id_} into FB-{into}", token


def _apart(actor: Actor, id_: int, p: QueryDict, now: datetime) -> Did:
    other = int(_number(p.get("other", "")))
    score = _number(p.get("score", "")) if p.get("score") else None
    services.refuse_duplicate(actor=actor, a=id_, b=other, score=score, now=now)
    return f"FB-{id_} and FB-{other} are not the same; this is remembered", ""


def _unmerge(actor: Actor, id_: int, _p: QueryDict, now: datetime) -> Did:
    services.unmerge(actor=actor, feedback_id=id_, now=now)
    return f"FB-{id_} stands by itself again", ""


def _highlight(actor: Actor, id_: int, p: QueryDict, now: datetime) -> Did:
    services.highlight(actor=actor, feedback_id=id_, quote=p.get("quote", ""), now=now)
    return "Highlighted", ""


def _tag(actor: Actor, id_: int, p: QueryDict, now: datetime) -> Did:
    services.add_tag_many(actor=actor, ids=[id_], tag=p.get("tag", ""), now=now)
    return f"Tagged {p.get('tag', '')}", ""


def _reopen(actor: Actor, id_: int, _p: QueryDict, now: datetime) -> Did:
    services.set_state(actor=actor, feedback_id=id_, state="new", now=now)
    return f"FB-{id_} is in the inbox again", ""


VERBS: Mapping[str, Callable[[Actor, int, QueryDict, datetime], Did]] = {
    "accept": _accept, "archive": _archive, "snooze": _snooze, "merge": _merge, "apart": _apart,
    "unmerge": _unmerge, "highlight": _highlight, "tag": _tag, "reopen": _reopen,
}  # fmt: skip


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise Invalid(value="Choose one of the items, by its number.") from None
    if not 0 <= number < 1e15:
        raise Invalid(value="This number is out of range.")
    return number


def act(request: HttpRequest, feedback_id: int, verb: str) -> HttpResponse:
    """Do one thing to one item, then go where the form says: the next item, or back."""
    if request.method != "POST" or verb not in VERBS:
        raise Missing("page")
    actor = signed_in(request, "feedback.triage")
    text, undo = VERBS[verb](actor, feedback_id, request.POST, now_in(request))
    toast(request, text, undo)
    back = request.POST.get("back", "")
    return go(
        request, back if back.startswith(("/inbox", "/feedback")) else f"/feedback/{feedback_id}"
    )
