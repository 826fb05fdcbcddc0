"""Requests as the real Python SDKs sent them (posthog 7.91.1, segment 2.4.0, mixpanel 5.4.1, amplitude 1.3.0)."""

import json
from pathlib import Path

from loopline.connectors.sdk_ingest.wire import Parcel, Request
from loopline.warehouse.dialects.collect import Batch
from loopline.warehouse.records import Outcome

NOW = 1_795_610_700_000_000  # 2026-11-25, less than a minute after the recording


def recorded(name: str) -> list[Request]:
    found = json.loads((Path(__file__).parent / "fixtures" / f"{name}.json").read_text())
    return [Request(r["path"], r["body"].encode(), r["headers"]) for r in found]


def through(dialect, request: Request, now: int = NOW) -> tuple[Parcel, Batch]:
    parcel = dialect.open_request(request)
    return parcel, dialect.translate(parcel, now)


def answered(dialect, request: Request, now: int = NOW):
    """The answer to a request all of whose events are new."""
    parcel, batch = through(dialect, request, now)
    made = dialect.stored(parcel, batch, Outcome(len(batch.events), 0))
    return made.status, json.loads(made.body)


def facts(batch: Batch) -> list[tuple[str, str, object]]:
    return [(f.kind, f.subject, f.object or json.loads(f.properties)) for f in batch.facts]
