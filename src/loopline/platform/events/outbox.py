"""Publish and subscribe. An event is a frozen dataclass of ids; a handler is idempotent and runs as a job."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.tasks import task

from loopline.platform.events.models import OutboxEvent
from loopline.platform.identity.actor import Actor
from loopline.platform.jobs.queue import enqueue_many


@dataclass(frozen=True)
class Event:
    """Base of every event; `type` is its public name, such as `release.shipped`."""

    type: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """What a handler gets beside the event: when and by whom."""

    id: int
    type: str
    at: datetime
    actor_id: int | None
    payload: Mapping[str, Any]


Handler = Callable[[Any, Happened], None]
_TYPES: dict[str, type[Event]] = {}
_HANDLERS: dict[str, dict[str, Handler]] = {}
_EVERY: dict[str, tuple[Handler, Callable[[str], bool]]] = {}


def known_types() -> Mapping[str, type[Event]]:
    """Every event type with its class, for documentation, webhooks and tests."""
    return dict(sorted(_TYPES.items()))


def register(*kinds: type[Event]) -> None:
    """Make event classes known by their public name; called when an app is ready."""
    for kind in kinds:
        _TYPES[kind.type] = kind


def subscribe(kind: type[Event], handler: Handler) -> None:
    """Run `handler(event, happened)` as a job for each event of this kind."""
    register(kind)
    _HANDLERS.setdefault(kind.type, {})[f"{handler.__module__}.{handler.__qualname__}"] = handler


def subscribe_all(name: str, handler: Handler, wanted: Callable[[str], bool]) -> None:
    """Run for every event type for which `wanted(type)` holds when it is published."""
    _EVERY[name] = (handler, wanted)


def publish_many(events: Sequence[Event], *, actor: Actor, now: datetime) -> None:
    """Write events and one job per (event, handler) in the caller's transaction."""
    if not events:
        return
    stored = OutboxEvent.objects.bulk_create(
        [
            OutboxEvent(type=e.type, at=now, actor_id=actor.user_id, payload=asdict(e))
            for e in events
        ],
        batch_size=500,
    )
    wanted = {t: [n for n, (_, w) in _EVERY.items() if w(t)] for t in {e.type for e in events}}
    calls = [
        {"event_id": row.pk, "handler": name}
        for row in stored
        for name in [*_HANDLERS.get(row.type, {}), *wanted[row.type]]
    ]
    enqueue_many(deliver, now=now, calls=calls)


def publish(event: Event, *, actor: Actor, now: datetime) -> None:
    """Write one event and its jobs in the caller's transaction."""
    publish_many([event], actor=actor, now=now)


@task()
def deliver(event_id: int, handler: str) -> None:
    """Hand one event to one handler, in the transaction that also marks the job done."""
    row = OutboxEvent.objects.get(pk=event_id)
    run = _HANDLERS.get(row.type, {}).get(handler) or _EVERY.get(handler, (None, None))[0]
    kind = _TYPES.get(row.type)
    if run is None or kind is None:
        return  # the handler was removed by an upgrade; nothing is left to do for it
    event = kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.payload.items()})
    run(event, Happened(row.pk, row.type, row.at, row.actor_id, row.payload))
