"""Taking the sample's events out of a home again, and what was learnt about its people and accounts."""

import random
from contextlib import closing
from pathlib import Path

import duckdb

from demo.oakrow import SEED
from demo.oakrow.accounts import customers, domain
from demo.oakrow.usage import PREFIX
from loopline.warehouse import manifest, sealing, segments
from loopline.warehouse.tail import Tail
from loopline.warehouse.tail_cuts import take_out_persons

EVER = 2**62
_OURS = f"starts_with(id, '{PREFIX}')"


def remove(folder: Path) -> int:
    """How many events went; the second time none. Raises sealing.Busy."""
    home, tail = folder / "segments", Tail(folder)
    if not tail.file.exists():
        return 0
    with sealing.writing(folder, wait=60):
        mark = manifest.load(home).mark
        gone = take_out_persons(tail, dict.fromkeys(_people(tail, mark), EVER), mark)
        _forget_accounts(tail)
        for entry in manifest.load(home).segments:
            with duckdb.connect(str(home / entry.file), read_only=True) as connection:
                ours = connection.execute(f"select count(*) from wide where {_OURS}").fetchone()
            count = int(ours[0]) if ours else 0
            if count == entry.events:
                segments.drop(home, [entry.file])
            elif count:
                segments.rewrite(home, entry.file, _cut)
            gone += count
    return gone


def _cut(connection: duckdb.DuckDBPyConnection) -> int:
    connection.execute(f"delete from raw where {_OURS}")
    return int((connection.fetchone() or (0,))[0])


def _people(tail: Tail, mark: int) -> set[str]:
    found = {row[3] for page in tail.pages(mark, tail.last(), 20_000) for row in page}
    for _, fact in tail.facts():
        found |= {fact.subject, fact.object}
    return {each for each in found if each.startswith(PREFIX)}


def _forget_accounts(tail: Tail) -> None:
    ours = [(domain(each.account),) for each in customers(random.Random(SEED))]
    with closing(tail.connect(wait=30)) as db, tail.turn():
        db.execute("BEGIN IMMEDIATE")
        db.executemany("DELETE FROM fact WHERE kind = 'account' AND subject = ?", ours)
        db.execute("COMMIT")
