"""A demo is alive: now and then one of the sample's people does something, sent as a product would send it."""

import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo.oakrow.usage import PREFIX
from loopline.warehouse.tail import Tail

EVERY = 9.0  # seconds from one to the next, on average: as many as on any of the days before
FACTS = 4_000  # of the first so many the people are taken
BAD = 0.03  # share of what a product sends wrongly: an event without anybody in it


@dataclass(frozen=True)
class Somebody:
    id: str
    account: str
    plan: str
    role: str


def people(folder: Path) -> list[Somebody]:
    """Some of the people of the sample's customers; nobody until the events are there."""
    known: dict[str, dict[str, Any]] = {}
    found = []
    for _, fact in Tail(folder).facts(limit=FACTS):
        if fact.kind == "person":
            known[fact.subject] = json.loads(fact.properties)
        elif fact.kind == "member" and fact.subject in known:
            about = known[fact.subject]
            found.append(Somebody(fact.subject, fact.object, about["plan"], about["role"]))
    return found


def events(who: Somebody, at: datetime, dice: random.Random) -> Iterator[dict[str, Any]]:
    """What somebody does as they come, in the form of POST /api/v1/events."""
    staff = who.role == "staff"
    common = {"plan": who.plan, "device": dice.choice(("ios", "android")) if staff else "web"}
    does: list[tuple[str, dict[str, Any]]] = [("session started", {})]
    if staff:
        does = [("app opened", {}), ("shift viewed", {})]
    elif dice.random() < 0.7:
        does.append(("rota viewed", {"duration_ms": dice.randrange(260, 1_900)}))
    for n, (event, more) in enumerate(does):
        found = {
            "id": f"{PREFIX}live-{at.timestamp():.0f}-{n}", "event": event, "person": who.id, "account": who.account,
            "time": at.isoformat(), "properties": {**more, **common},
        }  # fmt: skip
        if dice.random() < BAD:
            del found["person"]
        yield found


def start(folder: Path, url: str, key: str) -> None:
    """Send to `url` with an ingest key for as long as this process lives."""
    threading.Thread(target=_live, args=(folder, url, key), daemon=True).start()


def _live(folder: Path, url: str, key: str) -> None:
    dice, there = random.Random(), list[Somebody]()
    while True:
        time.sleep(dice.uniform(0.3, 1.7) * EVERY)
        there = there or people(folder)
        if there:
            body = {"events": list(events(dice.choice(there), datetime.now(UTC), dice))}
            _post(f"{url}/api/v1/events", key, json.dumps(body).encode())


def _post(url: str, key: str, body: bytes) -> None:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310  our own address
    try:
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310
            return
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return  # the server restarts, or is busy: what a product does not send in a demo is no loss
