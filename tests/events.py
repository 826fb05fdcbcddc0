"""Product events for tests that ask about them."""

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from loopline.warehouse import tail
from loopline.warehouse.records import Event, Fact

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(at: datetime | str) -> int:
    """UTC microseconds of a time, or of its RFC 3339 text."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return (moment - EPOCH) // timedelta(microseconds=1)


def keep(folder: Path, rows: Iterable[Sequence[Any]] = (), facts: Iterable[Fact] = ()) -> None:
    """Store rows (event, person, time, properties, account) as ingest would."""
    there = tail.Tail(folder)
    before = there.last()
    events = []
    for at, row in enumerate(rows):
        event, person, time, properties, account = (*row, *({}, "")[len(row) - 3 :])
        events.append(
            Event(
                id=f"e{before + at}", event=event, distinct_id=person, ts=micros(time),
                received_at=micros(time), properties=json.dumps(properties).encode(),
                anonymous_id="", account=account, dialect="native",
            )
        )  # fmt: skip
    last = max((event.received_at for event in events), default=0)
    with closing(there.connect()) as db:
        tail.store(db, [tail.batch(events, list(facts), received_at=last)], last)
