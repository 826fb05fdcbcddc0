"""Changes of direction in the API: drawn up row by row, decided at once, closed when everybody was told."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from loopline.core.problems import Missing
from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import listing
from loopline.platform.api.people import person_ref
from loopline.platform.api.shapes import answers, id_in, ref_in
from loopline.platform.api.versions import expected, tag
from loopline.platform.settings.options import workspace
from loopline.slices.goals import queries, services
from loopline.slices.goals.endpoints.goals import refs
from loopline.slices.goals.lists import DIRECTIONS
from loopline.slices.goals.models import Direction, DirectionPromise, DirectionRow
from loopline.slices.goals.schemas import (
    DirectionChange,
    DirectionIn,
    DirectionOut,
    DirectionPage,
    DirectionQuery,
    PromiseChange,
    PromiseIn,
    RowIn,
)

router = Router(tags=["goals"])


def _id(value: int | None) -> str | None:
    return str(value) if value else None


def _row(r: DirectionRow) -> dict[str, Any]:
    return {
        "id": r.pk, "kind": r.kind, "action": r.action, "ref": _id(r.ref_id), "title": r.title, "before": r.before,
        "values": r.values, "trade_off": r.trade_off,
    }  # fmt: skip


def _promise(p: DirectionPromise, currency: str) -> dict[str, Any]:
    worth = None if p.worth is None else {"amount": p.worth, "currency": p.currency or currency}
    return {
        "id": p.pk, "account": str(p.account_id), "deal": _id(p.deal_id), "bet": _id(p.bet_id), "worth": worth,
        "owner": _id(p.owner_id), "old": p.old, "new": p.new, "state": p.state, "note": p.note,
        "settled_at": p.settled_at,
    }  # fmt: skip


def _directions(found: Sequence[Direction]) -> list[dict[str, Any]]:
    currency = workspace().currency
    ids = [d.pk for d in found]
    rows: dict[int, list[dict[str, Any]]] = {i: [] for i in ids}
    promises: dict[int, list[dict[str, Any]]] = {i: [] for i in ids}
    for r in DirectionRow.objects.filter(direction__in=ids).order_by("pk"):
        rows[r.direction_id].append(_row(r))
    for p in DirectionPromise.objects.filter(direction__in=ids).order_by("pk"):
        promises[p.direction_id].append(_promise(p, currency))
    return [
        {
            "id": d.pk, "key": f"DIR-{d.pk}", "title": d.title, "period": d.period, "why": d.why,
            "evidence": d.evidence, "message": d.message, "owner": _id(d.owner_id), "state": d.state,
            "look_again": d.look_again, "before": _id(d.before_id), "after": _id(d.after_id),
            "decision": _id(d.decision_id), "decided_at": d.decided_at, "closed_at": d.closed_at, "rows": rows[d.pk],
            "promises": promises[d.pk], "archived": d.archived_at is not None, "version": d.version,
            "created_at": d.created_at, "updated_at": d.updated_at,
        }
        for d in found
    ]  # fmt: skip


def _read(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.direction(actor=actor_of(request), direction_id=key)
    tag(response, row.version)
    return _directions([row])[0]


def _number(raw: str, what: str) -> int:
    if not (raw.isascii() and raw.isdigit() and len(raw) < 18):
        raise Missing(what)
    return int(raw)


@router.get("/directions", auth=can("goal.read"), response=answers(DirectionPage))
def list_directions(request: HttpRequest, query: Query[DirectionQuery]) -> Any:
    return listing(request, DIRECTIONS, queries.direction_rows(), _directions)


@router.post(
    "/directions", auth=can("direction.change"), response=answers(DirectionOut, status=201)
)
def create_direction(request: HttpRequest, body: DirectionIn, response: HttpResponse) -> Any:
    """Begin a change of direction; the plan as it is now is frozen beside it."""
    sent = refs(body.model_dump())
    sent["period"] = sent["period"] or ""
    made = services.open_direction(actor=actor_of(request), now=timezone.now(), **sent)
    return Status(201, _read(request, response, made))


@router.get("/directions/{id}", auth=can("goal.read"), response=answers(DirectionOut))
def read_direction(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "direction"))


@router.patch("/directions/{id}", auth=can("direction.change"), response=answers(DirectionOut))
def change_direction(
    request: HttpRequest, id: str, body: DirectionChange, response: HttpResponse
) -> Any:
    key, sent = id_in(id, "direction"), body.model_dump(exclude_unset=True)
    kept = {k: v for k, v in sent.items() if v is not None or k in ("owner", "look_again")}
    services.change_direction(
        actor=actor_of(request), id_=key, changes=refs(kept), version=expected(request), now=timezone.now()
    )  # fmt: skip
    return _read(request, response, key)


@router.post(
    "/directions/{id}/rows",
    auth=can("direction.change"),
    response=answers(DirectionOut, status=201),
)
def put_row(request: HttpRequest, id: str, body: RowIn, response: HttpResponse) -> Any:
    """What becomes of one bet or key result; the same thing again replaces its row."""
    key = id_in(id, "direction")
    type_ = "bet" if body.kind == "bet" else "key-result"
    values = {
        k: v
        for k in ("quarter", "horizon", "weeks", "squad", "target")
        if (v := getattr(body, k)) not in (None, "", {})
    }
    services.put_row(
        actor=actor_of(request), direction_id=key, kind=body.kind, action=body.action,
        ref_id=ref_in(body.ref, type_, "ref"), title=body.title, values=values, trade_off=body.trade_off,
        now=timezone.now(),
    )  # fmt: skip
    return Status(201, _read(request, response, key))


@router.delete(
    "/directions/{id}/rows/{row}", auth=can("direction.change"), response=answers(DirectionOut)
)
def drop_row(request: HttpRequest, id: str, row: str, response: HttpResponse) -> Any:
    """Leave one thing as it is."""
    key = id_in(id, "direction")
    services.drop_row(
        actor=actor_of(request), direction_id=key, row_id=_number(row, "row"), now=timezone.now()
    )
    return _read(request, response, key)


@router.post(
    "/directions/{id}/promises", auth=can("direction.change"), response=answers(DirectionOut, status=201)
)  # fmt: skip
def add_promise(request: HttpRequest, id: str, body: PromiseIn, response: HttpResponse) -> Any:
    """An account that counts on something; of a bet that changes, the words are filled in."""
    key = id_in(id, "direction")
    new = services.NewPromise(
        ref_in(body.account, "account", "account") or 0, ref_in(body.bet, "bet", "bet"), body.old, body.new,
        person_ref(body.owner, "owner"),
    )  # fmt: skip
    services.add_promises(
        actor=actor_of(request), direction_id=key, promises=[new], now=timezone.now()
    )
    return Status(201, _read(request, response, key))


@router.patch(
    "/directions/{id}/promises/{promise}", auth=can("goal.check_in"), response=answers(DirectionOut)
)  # fmt: skip
def change_promise(
    request: HttpRequest, id: str, promise: str, body: PromiseChange, response: HttpResponse
) -> Any:
    """The offer, who speaks with them, and whether they were told; its owner may say that too."""
    key, which, actor = id_in(id, "direction"), _number(promise, "promise"), actor_of(request)
    sent = body.model_dump(exclude_unset=True)
    changes = refs({k: v for k, v in sent.items() if k in ("old", "new", "owner")})
    if changes:
        services.change_promise(
            actor=actor, direction_id=key, promise_id=which, changes=changes, now=timezone.now()
        )
    if body.state:
        services.settle_promise(
            actor=actor, direction_id=key, promise_id=which, state=body.state, note=body.note, now=timezone.now()
        )  # fmt: skip
    return _read(request, response, key)


@router.post(
    "/directions/{id}/decide", auth=can("direction.change"), response=answers(DirectionOut)
)
def decide(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    """Apply every row at once or none, log the decision with before and after frozen, tell the owners."""
    key = id_in(id, "direction")
    services.decide_direction(actor=actor_of(request), direction_id=key, now=timezone.now())
    return _read(request, response, key)


@router.post("/directions/{id}/close", auth=can("direction.change"), response=answers(DirectionOut))
def close(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    """Done, once every promise is told or waived."""
    key = id_in(id, "direction")
    services.close_direction(actor=actor_of(request), direction_id=key, now=timezone.now())
    return _read(request, response, key)
