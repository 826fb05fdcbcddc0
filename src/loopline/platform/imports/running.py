"""Reading, mapping, trying and taking a file in batches."""

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from loopline.core.problems import Invalid
from loopline.core.tabular import mapping as columns
from loopline.core.tabular.reading import Row, Table, read
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.imports.registry import Kind, Preview, Taken, kind

BATCH = 500
MOST = 300_000_000  # bytes of a file once unpacked
Step = Callable[..., None]  # (rows), and done=, total=, note= from kinds that read whole files


def load(path: Path) -> bytes:
    """A file's bytes, unpacked where its name ends in .gz. Raises Invalid."""
    try:
        if path.suffix != ".gz":
            if path.stat().st_size > MOST:
                raise Invalid(
                    file=f"{path.name} holds more than {MOST // 1_000_000} MB. Cut it into parts."
                )
            return path.read_bytes()
        with gzip.open(path, "rb") as packed:
            data = packed.read(MOST + 1)
    except FileNotFoundError:
        raise Invalid(file=f"There is no file {path}.") from None
    except (OSError, EOFError, zlib.error):
        raise Invalid(file=f"{path.name} cannot be read.") from None
    if len(data) > MOST:
        raise Invalid(
            file=f"{path.name} unpacks to more than {MOST // 1_000_000} MB. Cut it into parts."
        )
    return data


def open_table(path: Path, name: str = "") -> Table:
    return read(load(path), name or path.name)


def mapping_for(found: Kind, headers: tuple[str, ...], given: Mapping[str, str]) -> dict[str, str]:
    """The given mapping, over the kind's defaults, over what the column names say."""
    guessed = columns.guess(headers, found.fields)
    return {**{k: f"={v}" for k, v in found.defaults.items()}, **guessed, **given}


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def run(
    *, actor: Actor, kind_key: str, path: Path, name: str = "", given: Mapping[str, str] | None = None,
    dry_run: bool = False, step: Step = lambda _rows, **_: None, now: datetime,
) -> Taken:  # fmt: skip
    """Take a file in, batch by batch, each in its own transaction."""
    found = kind(kind_key)
    allow(actor, found.permission)
    if found.bring is not None:
        return found.bring(
            actor=actor, path=path, name=name or path.name, given=dict(given or {}), now=now, dry_run=dry_run,
            step=step,
        )  # fmt: skip
    table = open_table(path, name)
    mapping = columns.checked(
        mapping_for(found, table.headers, given or {}), table.headers, found.fields
    )
    if found.one_of and not set(found.one_of) & set(mapping):
        words = " or ".join(f.label.lower() for f in found.fields if f.name in found.one_of)
        raise Invalid(
            mapping=f"Say which column holds the {words}. The file has: {', '.join(table.headers)[:300]}."
        )
    total, done = Taken(), 0
    for batch in _batches(table.rows):
        good = [(r.line, columns.values(r.cells, mapping)) for r in batch if not r.wrong]
        got: Taken = found.take(actor=actor, rows=good, now=now, dry_run=dry_run)
        got.bad += [(r.line, r.wrong) for r in batch if r.wrong]
        total.add(got)
        done += len(batch)
        step(done)
    if found.after is not None and not dry_run:
        found.after(actor, now)
    return total


def preview(kind_key: str, path: Path, name: str, given: Mapping[str, str]) -> Preview:
    """What the file looks like before it is taken. Raises Invalid."""
    found = kind(kind_key)
    if found.look is not None:
        return found.look(path, name, given)
    table = open_table(path, name)
    first: list[tuple[str, ...]] = []
    total = 0
    for row in table.rows:
        total += 1
        if len(first) < 5 and not row.wrong:
            first.append(row.cells)
    return Preview(table.headers, mapping_for(found, table.headers, given), first, total)
