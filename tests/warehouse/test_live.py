"""What came last and what was refused, as a page that follows arrivals sees it."""

import sqlite3
from contextlib import closing

from loopline.warehouse.live import recent
from loopline.warehouse.records import Event
from loopline.warehouse.refusals import KEPT, Sample
from loopline.warehouse.tail import Tail, batch
from loopline.warehouse.tail_writer import Writer

NOW = 1_795_610_700_000_000


def test_the_newest_come_first_and_only_what_was_asked_for(tmp_path):
    assert recent(tmp_path).events == []
    writer = Writer(Tail(tmp_path), clock=lambda: NOW)
    events = [Event(f"{i}", f"e{i % 2}", f"p{i % 3}", NOW, NOW) for i in range(12)]
    writer.submit(batch(events, received_at=NOW))
    found = recent(tmp_path, limit=3)
    assert [(seq, e.id) for seq, e in found.events] == [(12, "11"), (11, "10"), (10, "9")]
    assert found.last == 12
    assert recent(tmp_path, after_seq=12).events == []
    assert [e.id for _, e in recent(tmp_path, event="e1", distinct_id="p0").events] == ["9", "3"]
    writer.close()


def test_refusals_show_the_last_few_of_each_reason(tmp_path):
    writer = Writer(Tail(tmp_path), clock=lambda: NOW)
    for n in range(KEPT + 4):
        one = Sample(NOW + n, "native", "missing event", f"event {n}")
        refusals = {("native", "missing event"): 1}
        writer.submit(batch([], received_at=NOW, refusals=refusals, samples=[one]))
    writer.note("posthog", "request refused 401", head="The key is unknown")
    writer.close()
    found = recent(tmp_path).refused
    assert [s.head for s in found if s.dialect == "native"] == [
        f"event {n}" for n in range(KEPT + 3, 3, -1)
    ]
    assert [s.head for s in Tail(tmp_path).refused("posthog")] == ["The key is unknown"]
    assert sum(n for *_, n in Tail(tmp_path).refusals()) == KEPT + 5


def test_a_tail_made_before_samples_were_kept_gets_their_table(tmp_path):
    with closing(sqlite3.connect(tmp_path / "tail.sqlite3")) as db:
        db.execute(
            "CREATE TABLE refusal (day INTEGER, dialect TEXT, reason TEXT, count INTEGER NOT NULL,"
            " PRIMARY KEY (day, dialect, reason)) WITHOUT ROWID"
        )
        db.execute("INSERT INTO refusal VALUES (1, 'native', 'missing event', 7)")
        db.commit()
    assert Tail(tmp_path).refused() == []
    writer = Writer(Tail(tmp_path), clock=lambda: NOW)
    writer.submit(
        batch([Event("a", "e", "p", NOW, NOW)], received_at=NOW, insiders={5: "x.example"})
    )
    writer.close()
    assert Tail(tmp_path).refusals()[-1][3] == 7
    assert Tail(tmp_path).insiders() == [(5, "x.example")]
