"""What a reader finds of product events: the ids in segments and tail, as the engine reads them."""

from pathlib import Path

from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.tail import Tail


def ids_of(folder: Path) -> list[str]:
    """The ids of all events in the folder, as often as they are there."""
    tail = Tail(folder)
    with DuckEngine.open(
        folder / "segments", lambda mark: [event for _, event in tail.read(mark)]
    ) as engine:
        store = engine.store
        rows = [store.rows(f"select id from {source.prefix}wide") for source in store.sources]
        return [str(each) for some in rows for (each,) in some]
