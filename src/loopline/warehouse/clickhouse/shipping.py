"""From the folder of product events to a ClickHouse, in one call."""

from pathlib import Path

from loopline.warehouse.clickhouse.engine import ClickHouseEngine
from loopline.warehouse.identity import Identities
from loopline.warehouse.tail import Tail

VARIABLE = "LOOPLINE_EVENTS_URL"


def push(folder: Path, url: str) -> list[str]:
    """Ship what is sealed in the folder and not yet there, and who is who now; the files shipped.

    `folder` is the home's `events`; `url` as in connections.connect, in LOOPLINE_EVENTS_URL. Events of the tail follow
    when they are sealed. Raises NotThere, or ValueError for another kind of URL.
    """
    identities = Identities(fact for _, fact in Tail(folder).facts())
    with ClickHouseEngine(url) as engine:
        return engine.push(folder / "segments", identities)
