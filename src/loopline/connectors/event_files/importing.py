"""The kinds of import that product events come by, for the page and the command line alike."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from loopline.connectors.event_files.fields import FIELDS
from loopline.connectors.event_files.looking import look_csv, look_lines, look_parquet
from loopline.connectors.event_files.sources import Source
from loopline.platform.audit.record import Change, record
from loopline.platform.identity.actor import Actor
from loopline.platform.imports import registry
from loopline.platform.imports.registry import Taken

if TYPE_CHECKING:
    from loopline.connectors.event_files.bringing import Step
    from loopline.connectors.event_files.journals import State

ZONE = "Times without a zone are read as UTC."


def _bring(
    key: str, *, actor: Actor, path: Path, name: str, given: Mapping[str, str], now: datetime,
    dry_run: bool, step: "Step",
) -> Taken:  # fmt: skip
    """Take a file in, or say what would happen. Goes on where an import of the same file was cut short."""
    from loopline.connectors.event_files.bringing import (
        Bringing,
        try_out,
    )  # DuckDB only where it is used
    from loopline.connectors.event_files.journals import Journal, key_of
    from loopline.connectors.event_files.opening import opened

    folder = Path(settings.LOOPLINE_EVENTS)
    source = Source(path, name)
    at = round(now.timestamp() * 1_000_000)
    if dry_run:
        with tempfile.TemporaryDirectory(prefix="loopline-") as made:
            reader = opened(key, source, given, Path(made))
            try:
                state, persons = try_out(folder, reader, now=at, step=step)
            finally:
                reader.close()
        return _taken(state, persons)
    journal = Journal(folder, key_of(source.digest(), key, given))
    with journal.held():
        reader = opened(key, source, given, journal.work)
        try:
            state = Bringing(folder, reader, journal, now=at, step=step).run()
        finally:
            reader.close()
        taken = _taken(state, journal.persons(state.number))
        _written_down(actor, key, source.name, taken)
        journal.gather()
        journal.clear()
    return taken


def _written_down(actor: Actor, kind: str, name: str, taken: Taken) -> None:
    after = {
        "kind": kind,
        "file": name,
        "events": taken.created,
        "here": taken.same,
        "left_out": taken.bad_count,
    }
    record(
        actor=actor, now=timezone.now(), change=Change("events.imported", "import", 0, {}, after)
    )


def _taken(state: "State", persons: int) -> Taken:
    totals = state.totals
    names = sorted(totals.names.items(), key=lambda item: (-item[1], item[0]))
    more: dict[str, Any] = {
        "events": totals.fresh + totals.same, "persons": persons, "first": _shown(totals.first),
        "last": _shown(totals.last), "names": names, "notes": [ZONE],
    }  # fmt: skip
    return Taken(
        created=totals.fresh, same=totals.same, bad=list(totals.bad),
        unlisted=totals.wrong - len(totals.bad), more=more,
    )  # fmt: skip


def _shown(at: int | None) -> str | None:
    if at is None:
        return None
    return (
        datetime.fromtimestamp(at / 1_000_000, UTC)
        .isoformat(timespec="seconds")
        .replace("+00:00", "Z")
    )


def register() -> None:
    """Make the kinds known to /import and `loopline import`."""
    tables = (
        ("events-csv", "Product events (CSV)", look_csv),
        ("events-parquet", "Product events (Parquet)", look_parquet),
    )
    for key, label, look in tables:
        says = (
            "An event, a time and a person are needed; columns without a field become properties."
        )
        registry.register(registry.Kind(
            key, label, f"{says} {ZONE}", "event.import", FIELDS, registry.whole,
            one_of=("person", "anonymous_id"), bring=partial(_bring, key), look=look,
        ))  # fmt: skip
    exports = (
        ("amplitude", "Amplitude export", "The zip of the export, or its .json.gz files."),
        ("mixpanel", "Mixpanel export", "Raw events or people, one JSON object a line."),
        ("posthog", "PostHog export", "Events as JSON lines, CSV or Parquet."),
    )
    for key, label, says in exports:
        registry.register(registry.Kind(
            key, label, f"{says} {ZONE}", "event.import", (), registry.whole,
            bring=partial(_bring, key), look=look_lines,
        ))  # fmt: skip
