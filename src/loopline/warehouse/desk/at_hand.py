"""A desk inside the asking process: for one-shot commands and tests, where a second process brings nothing."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from loopline.warehouse.desk.client import DeskClient
from loopline.warehouse.desk.messages import encoded
from loopline.warehouse.desk.server import Desk
from loopline.warehouse.desk.sql import Tables


@contextmanager
def _nobody_hangs_up(cancel: Callable[[], None]) -> Generator[None]:
    yield


class DeskAtHand(DeskClient):
    """As DeskClient, without a socket; it sees every event at once."""

    def __init__(self, folder: Path, *, tables: Tables | None = None, url: str = "") -> None:
        super().__init__(folder)
        self.desk = Desk(folder, tables=tables, fresh=0.0, url=url)

    def _exchange(self, data: bytes, patience: float) -> bytes:
        return encoded(self.desk.answer(data, _nobody_hangs_up))
