"""The way to the desk, where questions are answered, and its refusals in the product's own terms."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from loopline.core.insights import ir
from loopline.core.insights.answers import Answer
from loopline.core.problems import Invalid, Problem, TooMany, Unavailable
from loopline.platform.tables import registry
from loopline.warehouse.desk.client import DeskClient, DeskError
from loopline.warehouse.desk.messages import Actors, Computed, Table

BRIEF = 0.4  # seconds that somebody who types may wait


def micros(moment: datetime) -> int:
    """A time as the store counts it: UTC microseconds since 1970."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def folder() -> Path:
    """Where this home's events are."""
    return Path(settings.LOOPLINE_EVENTS)


@cache
def _client(where: Path, inline: bool, url: str) -> DeskClient:
    if inline:
        from loopline.warehouse.desk.at_hand import DeskAtHand

        return DeskAtHand(where, tables=registry.Offered(), url=url)
    parent = os.environ.get("LOOPLINE_SUPERVISOR") or str(os.getpid())
    command = [
        sys.executable, "-m", "loopline.entry.cli.main", "desk",
        "--home", str(settings.LOOPLINE_HOME.path), "--parent", parent,
    ]  # fmt: skip
    return DeskClient(where, command)


def client() -> DeskClient:
    """The desk of this home; for tests and one-shot commands one inside the process."""
    inline = settings.LOOPLINE_ENGINE == "inline"
    return _client(folder(), inline, settings.LOOPLINE_EVENTS_URL)


def answer(question: ir.Question) -> tuple[Answer, Computed]:
    """Raises Invalid, TooMany or Unavailable, as all of these do."""
    return _said(lambda: client().answer(question))


def people(
    question: ir.Question, cell: ir.Cell, less: ir.Cell | None = None, *, limit: int, offset: int
) -> Actors:
    return _said(lambda: client().people(question, cell, less, limit=limit, offset=offset))


def sql(text: str, *, limit: int) -> tuple[Table, Computed]:
    return _said(lambda: client().sql(text, limit=limit), field="sql")


class _AtOnce(DeskClient):
    """Asks a desk that runs already, and does not wait long for it."""

    def _exchange(self, data: bytes, patience: float) -> bytes:
        return super()._exchange(data, min(patience, BRIEF))


def glance(what: str, **arguments: Any) -> Any:
    """A look that is worth no wait: None where no desk runs, or it takes longer than BRIEF, or refuses."""
    inline = settings.LOOPLINE_ENGINE == "inline"
    asked = client() if inline else _AtOnce(folder())
    try:
        return asked.look(what, **arguments)
    except DeskError:
        return None


def look(what: str, **arguments: Any) -> Any:
    """One of the desk's looks at the store itself."""
    return _said(lambda: client().look(what, **arguments))


def ship() -> list[str]:
    """Bring the database of LOOPLINE_EVENTS_URL up to the store, where one is set; the segments shipped."""
    if not settings.LOOPLINE_EVENTS_URL:
        return []
    return _said(client().ship)


def _said[T](ask: Callable[[], T], field: str = "question") -> T:
    try:
        return ask()
    except DeskError as refused:
        raise _problem(refused, field) from refused
    except (OverflowError, UnicodeEncodeError):
        raise Invalid(**{field: "A number or a text in it is none that is kept."}) from None


def _problem(refused: DeskError, field: str) -> Problem:
    sentence = str(refused)
    if refused.kind in ("bad", "late", "large"):
        return Invalid(**{field: sentence})
    if refused.kind == "busy":
        return TooMany(sentence, retry_after=2)
    return Unavailable(sentence)
