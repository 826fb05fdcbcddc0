"""Changing dashboards: their words, filters, tiles and readers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.settings.options import today
from loopline.platform.undo import steps
from loopline.slices.dashboards.models import Dashboard, Look, Subscription, Tile
from loopline.slices.dashboards.rules import moved
from loopline.slices.insights import queries as insights
from loopline.slices.insights.queries import checked_filters
from loopline.slices.measures import queries as measures

MOST_TILES = 24
DAYS = (1, 3650)


def _index(row: Dashboard) -> None:
    entry = index.Entry(
        "dashboard", row.pk, row.name, row.updated_at, f"DSH-{row.pk}", row.finding, "", bool(row.archived_at)
    )  # fmt: skip
    index.put([entry])


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(values)
    if "name" in out:
        out["name"] = " ".join(str(out["name"]).split())[:160]
        if not out["name"]:
            raise Invalid(name="Name the dashboard.")
    if "finding" in out:
        out["finding"] = " ".join(str(out["finding"]).split())[:400]
    if "days" in out and not (isinstance(out["days"], int) and DAYS[0] <= out["days"] <= DAYS[1]):
        raise Invalid(days=f"Between {DAYS[0]} and {DAYS[1]:,} days can be shown.")
    if "filters" in out:
        out["filters"] = checked_filters(out["filters"])
    return out


def _locked(dashboard_id: int) -> Dashboard:
    row = Dashboard.objects.select_for_update().filter(pk=dashboard_id).first()
    if row is None:
        raise Missing("dashboard")
    return row


@transaction.atomic
def create_dashboard(
    *, actor: Actor, name: str, finding: str = "", days: int = 90, filters: Any = (), owner_id: int | None = None,
    now: datetime, sample: bool = False,
) -> int:  # fmt: skip
    """A place for charts that belong together. Answers its id."""
    allow(actor, "dashboard.change")
    values = _checked({"name": name, "finding": finding, "days": days, "filters": list(filters)})
    row = Dashboard.objects.create(
        **values, owner_id=owner_id or actor.user_id, created_at=now, updated_at=now, sample=sample
    )
    record(
        actor=actor, now=now,
        change=Change("dashboard.created", "dashboard", row.pk, {}, {"name": row.name}),
    )  # fmt: skip
    _index(row)
    return row.pk


@transaction.atomic
def change_dashboard(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    allow(actor, "dashboard.change")
    row = _locked(id_)
    before, after = apply_changes(row, _checked(changes), now=now, version=version)
    if after:
        record(
            actor=actor, now=now,
            change=Change("dashboard.changed", "dashboard", row.pk, before, after),
        )  # fmt: skip
        _index(row)


@transaction.atomic
def add_tile(
    *, actor: Actor, dashboard_id: int, kind: str, ref_id: int | None = None, title: str = "", words: str = "",
    wide: bool = False, now: datetime,
) -> int:  # fmt: skip
    """Put a report, a metric or a few words at the end. The same chart again is refused. Answers the tile's id."""
    allow(actor, "dashboard.change")
    row = _locked(dashboard_id)
    there = Tile.objects.filter(dashboard=row)
    if there.count() >= MOST_TILES:
        raise Conflict(f"A dashboard holds at most {MOST_TILES} charts. Make a second one.")
    if kind not in Tile.Kind.values:
        raise Invalid(kind=f"A tile is one of {', '.join(Tile.Kind.values)}.")
    if kind == "text":
        ref_id = None
        if not words.strip():
            raise Invalid(words="Write something.")
    elif ref_id is None or not _there(kind, ref_id):
        raise Invalid(ref_id=f"Choose a {kind}.")
    elif there.filter(kind=kind, ref_id=ref_id).exists():
        raise Conflict("This chart is on the dashboard already.")
    last = there.order_by("-position").values_list("position", flat=True).first()
    made = Tile.objects.create(
        dashboard=row, kind=kind, ref_id=ref_id, title=title.strip()[:160], words=words.strip()[:4000], wide=wide,
        position=0 if last is None else last + 1,
    )  # fmt: skip
    _touched(actor, row, "dashboard.tile_added", {"kind": kind, "ref_id": ref_id}, now)
    return made.pk


def _there(kind: str, ref_id: int) -> bool:
    if kind == "report":
        return ref_id in insights.report_definitions([ref_id])
    return ref_id in measures.metrics_by_id([ref_id])


def _touched(
    actor: Actor, row: Dashboard, action: str, after: dict[str, Any], now: datetime
) -> None:
    row.version, row.updated_at = row.version + 1, now
    row.save(update_fields=["version", "updated_at"])
    record(actor=actor, now=now, change=Change(action, "dashboard", row.pk, {}, after))


def _tile(row: Dashboard, tile_id: int) -> Tile:
    found = Tile.objects.select_for_update().filter(dashboard=row, pk=tile_id).first()
    if found is None:
        raise Missing("tile")
    return found


@transaction.atomic
def change_tile(
    *, actor: Actor, dashboard_id: int, tile_id: int, changes: Mapping[str, Any], now: datetime
) -> None:
    """Title, words, width, or `place` (from 0) among the tiles."""
    allow(actor, "dashboard.change")
    row = _locked(dashboard_id)
    tile = _tile(row, tile_id)
    values = dict(changes)
    place = values.pop("place", None)
    for name, most in (("title", 160), ("words", 4000)):
        if name in values:
            setattr(tile, name, str(values[name]).strip()[:most])
    if "wide" in values:
        tile.wide = bool(values["wide"])
    tile.save()
    if place is not None:
        ids = list(
            Tile.objects.filter(dashboard=row)
            .order_by("position", "pk")
            .values_list("pk", flat=True)
        )
        for position, pk in enumerate(moved(ids, tile.pk, int(place))):
            Tile.objects.filter(pk=pk).exclude(position=position).update(position=position)
    _touched(actor, row, "dashboard.tile_changed", {"tile": tile.pk, **dict(changes)}, now)


@transaction.atomic
def remove_tile(*, actor: Actor, dashboard_id: int, tile_id: int, now: datetime) -> str:
    """Take a tile off; the report or metric stays. Answers the token that puts it back."""
    allow(actor, "dashboard.change")
    row = _locked(dashboard_id)
    tile = _tile(row, tile_id)
    kept = {
        "dashboard_id": row.pk, "kind": tile.kind, "ref_id": tile.ref_id, "title": tile.title, "words": tile.words,
        "wide": tile.wide, "position": tile.position,
    }  # fmt: skip
    tile.delete()
    _touched(
        actor, row, "dashboard.tile_removed", {"kind": kept["kind"], "ref_id": kept["ref_id"]}, now
    )
    return steps.offer(
        actor=actor,
        label="Chart is back",
        inverse="dashboard.tile_back",
        payload={"facts": kept},
        now=now,
    )


@transaction.atomic
def put_back(*, actor: Actor, facts: Mapping[str, Any], now: datetime) -> None:
    """The inverse of `remove_tile`."""
    allow(actor, "dashboard.change")
    row = _locked(int(facts["dashboard_id"]))
    values = {k: facts[k] for k in ("kind", "ref_id", "title", "words", "wide", "position")}
    Tile.objects.filter(dashboard=row, position__gte=values["position"]).update(
        position=F("position") + 1
    )
    Tile.objects.create(dashboard=row, **values)
    _touched(actor, row, "dashboard.tile_added", {"kind": values["kind"]}, now)


def looked(*, actor: Actor, dashboard_id: int, now: datetime) -> None:
    """Count that it was opened today."""
    allow(actor, "dashboard.read")
    on = today(now)
    if not Look.objects.filter(dashboard_id=dashboard_id, on=on).update(times=F("times") + 1):
        Look.objects.get_or_create(dashboard_id=dashboard_id, on=on, defaults={"times": 1})


@transaction.atomic
def subscribe(
    *, actor: Actor, dashboard_id: int, every: str = "week", hour: int = 8, channel: str = "mail", address: str = "",
    now: datetime,
) -> int:  # fmt: skip
    """Have the findings sent: by mail to the actor's own address, or to a Slack incoming webhook."""
    allow(actor, "dashboard.subscribe")
    row = _locked(dashboard_id)
    if actor.user_id is None:
        raise Invalid(user="A program cannot subscribe; do it as a person.")
    if every not in Subscription.Every.values or not 0 <= hour <= 23:
        raise Invalid(every="Choose day or week, and an hour from 0 to 23.")
    if channel not in ("mail", "slack"):
        raise Invalid(channel="Findings are sent by mail or to Slack.")
    if channel == "slack":
        allow(actor, "dashboard.change")
        if not address.startswith("https://hooks.slack.com/"):
            raise Invalid(
                address="Paste the address of a Slack incoming webhook: https://hooks.slack.com/…"
            )
    made, _ = Subscription.objects.update_or_create(
        dashboard=row, user_id=actor.user_id, channel=channel,
        defaults={"every": every, "hour": hour, "address": address[:400], "said": ""},
    )  # fmt: skip
    record(
        actor=actor, now=now,
        change=Change("dashboard.subscribed", "dashboard", row.pk, {}, {"every": every, "channel": channel}),
    )  # fmt: skip
    return made.pk


@transaction.atomic
def unsubscribe(*, actor: Actor, dashboard_id: int, channel: str = "mail", now: datetime) -> None:
    """Stop it; again changes nothing."""
    allow(actor, "dashboard.subscribe")
    row = _locked(dashboard_id)
    gone, _ = Subscription.objects.filter(
        dashboard=row, user=actor.user_id or 0, channel=channel
    ).delete()
    if gone:
        record(
            actor=actor, now=now,
            change=Change("dashboard.unsubscribed", "dashboard", row.pk, {}, {"channel": channel}),
        )  # fmt: skip
