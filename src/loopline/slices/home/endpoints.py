"""The line in the API."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from loopline.core.problems import Invalid
from loopline.platform.api.access import actor_of, can
from loopline.platform.api.shapes import Id, Time, answers, id_in
from loopline.platform.thread.queries import thread
from loopline.slices.home.health import health
from loopline.slices.home.weighing.api import router as weighing

router = Router(tags=["line"])
router.add_router("", weighing)


class ObjectOut(Schema):
    type: str
    id: Id
    title: str
    url: str


class StationOut(Schema):
    name: str
    reached: bool
    state: str
    share: float
    count: int
    at: Time | None
    objects: list[ObjectOut]


class LineOut(Schema):
    type: str
    id: Id
    title: str
    closed: bool
    stalled_days: int | None
    stations: list[StationOut]


class StandingOut(Schema):
    name: str
    threads: int
    median_wait_seconds: float | None
    stalled: int


class HealthOut(Schema):
    received: int
    closed_share: float | None
    told: int
    asked_to_told_p50_seconds: float | None
    asked_to_told_p85_seconds: float | None
    triage_p50_seconds: float | None
    duplicate_share: float | None
    intake_share: float | None
    stalled: int
    stations: list[StandingOut]


def _time(raw: str | None, field: str, default: datetime) -> datetime:
    if not raw:
        return default
    try:
        found = datetime.fromisoformat(raw.replace("Z", "+00:00"))
    except ValueError:
        raise Invalid(
            **{field: f"{raw[:60]!r} is not a time. Write it as 2026-11-01T00:00:00Z."}
        ) from None
    if found.year < 1970 or found.year > 2200:
        raise Invalid(**{field: "Choose a time between 1970 and 2200."})
    return found if found.tzinfo else timezone.make_aware(found)


@router.get("/line/health", auth=can("line.read"), response=answers(HealthOut))
def read_line_health(request: HttpRequest, to: str | None = None) -> Any:
    """How well asks become answers between `from` and `to`, the last 30 days unless told."""
    now = timezone.now()
    until = _time(to, "to", now)
    since = _time(request.GET.get("from"), "from", until - timedelta(days=30))
    if since >= until:
        raise Invalid(**{"from": "`from` lies before `to`."})
    h = health(since=since, until=until, now=now)
    stations = [
        {"name": s.name, "threads": s.threads, "stalled": s.stalled,
         "median_wait_seconds": s.median_wait.total_seconds() if s.median_wait else None}
        for s in h.standings
    ]  # fmt: skip
    return {
        "received": h.received, "closed_share": h.closed_share, "told": h.told_count,
        "asked_to_told_p50_seconds": h.told_p50_seconds, "asked_to_told_p85_seconds": h.told_p85_seconds,
        "triage_p50_seconds": h.triage_p50_seconds, "duplicate_share": h.duplicate_share,
        "intake_share": h.intake_share, "stalled": h.stalled, "stations": stations,
    }  # fmt: skip


@router.get("/line/{type}/{id}", auth=can("line.read"), response=answers(LineOut))
def read_line(request: HttpRequest, type: str, id: str) -> Any:
    """The seven stations of one object with what stands at each."""
    now = timezone.now()
    found = thread(actor=actor_of(request), object_type=type, id_=id_in(id, type), now=now)
    stations = [
        {
            "name": s.name, "reached": s.mark.reached, "state": s.state, "share": round(min(s.mark.share, 1.0), 4),
            "count": s.mark.count, "at": s.mark.first,
            "objects": [{"type": c.type, "id": c.id, "title": c.title, "url": c.url} for c in s.objects],
        }
        for s in found.stations
    ]  # fmt: skip
    return {
        "type": type, "id": found.card.id, "title": found.card.title, "closed": found.line.closed,
        "stalled_days": found.line.stalled_days, "stations": stations,
    }  # fmt: skip
