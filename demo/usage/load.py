"""Bringing the usage into a home's event store: sealed but for the newest hours, once however often it is asked for."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from itertools import batched
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from demo.oakrow.usage import PREFIX
from demo.usage.make import Usage, make
from demo.usage.times import DAY, HOUR
from loopline.warehouse import manifest, sealing, segments, tail
from loopline.warehouse.records import Event

RECENT = 2 * HOUR  # what is this young lies in the tail
MEMORY = "256MB"
REFUSALS = (  # days ago, through which door, why, how many
    (0, "native", "missing person", 3),
    (0, "segment", "invalid timestamp", 2),
    (1, "native", "missing person", 11),
    (3, "posthog", "missing distinct_id", 6),
    (6, "segment", "invalid timestamp", 4),
)
_INTO = f"""insert into raw
select '{PREFIX}' || lpad(m.place::varchar, 7, '0'), n.name, p.id, p.anonymous, p.account, 'native', m.ts,
  m.ts + 40000 + (m.place * 7919 % 860000),
  t.text || case when m.number < 0 then '' else m.number::varchar || '}}' end
from made m join made_names n on n.place = m.event join made_people p on p.place = m.who
join made_texts t on t.place = m.text"""


def load(
    folder: Path,
    *,
    now: datetime,
    scale: float = 1.0,
    step: Callable[[int, int], None] | None = None,
) -> int:
    """Make the events and keep them; how many. None where they are there already. `step` is told done and total."""
    home = folder / "segments"
    if segments.known(home, [f"{PREFIX}{0:07d}"], 0, 2**62):
        return 0
    usage = make(now, scale)
    total = len(usage)
    tell = step or (lambda done, total: None)
    tell(total // 4, total)
    recent = (
        int(np.searchsorted(usage.columns["ts"], usage.columns["ts"][-1] - RECENT)) if total else 0
    )
    _keep_tail(folder, usage, recent, now)
    tell(total // 3, total)

    def fill(connection: duckdb.DuckDBPyConnection) -> int:
        return _fill(connection, usage, recent)

    with sealing.writing(folder, wait=60):
        mark = manifest.load(home).mark
        segments.pour(home, fill, mark, memory_limit=MEMORY)
    tell(total, total)
    return total


def _fill(connection: duckdb.DuckDBPyConnection, usage: Usage, upto: int) -> int:
    connection.execute("set threads = 1")
    tables: dict[str, dict[str, Any]] = {
        "made": {"place": np.arange(upto), **{n: c[:upto] for n, c in usage.columns.items()}},
        "made_names": _listed(usage.events, "name"),
        "made_texts": _listed(usage.texts, "text"),
        "made_people": {
            "place": np.arange(len(usage.people)),
            **{n: _texts([each[i] for each in usage.people]) for i, n in enumerate(("id", "account", "anonymous"))},
        },
    }  # fmt: skip
    for name, columns in tables.items():
        connection.register(name, columns)
    connection.execute(_INTO)
    for name in tables:
        connection.unregister(name)
    return upto


def _listed(texts: list[str], name: str) -> dict[str, Any]:
    return {"place": np.arange(len(texts)), name: _texts(texts)}


def _texts(texts: list[str]) -> Any:
    return np.array(texts, dtype=object)


def _keep_tail(folder: Path, usage: Usage, first: int, now: datetime) -> None:
    """Facts, refusals and the newest events, in the tail."""
    at = round(now.timestamp() * 1_000_000)
    with closing(tail.Tail(folder).connect(wait=30)) as db:
        for some in batched(usage.facts, 5_000):
            tail.store(db, [tail.batch([], some, received_at=at)], at)
        for days, door, why, count in REFUSALS:
            when = at - days * DAY
            refused = tail.batch([], [], received_at=when, refusals={(door, why): count})
            tail.store(db, [refused], when)
        tail.store(db, [tail.batch(list(_events(usage, first)), [], received_at=at)], at)


def _events(usage: Usage, first: int) -> Any:
    columns = {name: column[first:].tolist() for name, column in usage.columns.items()}
    for n, (ts, event, who, text, number) in enumerate(
        zip(*(columns[name] for name in ("ts", "event", "who", "text", "number")), strict=True)
    ):
        person, account, anonymous = usage.people[who]
        end = "" if number < 0 else f"{number}}}"
        yield Event(
            id=f"{PREFIX}{first + n:07d}", event=usage.events[event], distinct_id=person, ts=ts,
            received_at=ts + 40_000, properties=f"{usage.texts[text]}{end}".encode(), anonymous_id=anonymous,
            account=account,
        )  # fmt: skip
