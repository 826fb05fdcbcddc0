"""The default engine, in the asking process: DuckDB filters and projects, numpy kernels do the rest."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import duckdb
import numpy as np

from loopline.core.insights import ir
from loopline.core.insights.answers import Answer
from loopline.core.insights.openness import flagged
from loopline.core.insights.packing import Ints
from loopline.warehouse import funnels, habits, manifest, outcomes, standing, tombstones, trends
from loopline.warehouse.identity import Identities
from loopline.warehouse.records import Event
from loopline.warehouse.scans import Scan
from loopline.warehouse.store import Store

PLANS: dict[type[ir.Question], tuple[Callable[..., Answer], Callable[..., Ints]]] = {
    ir.Funnel: (funnels.answer, funnels.people),
    ir.Retention: (habits.retention, habits.retention_people),
    ir.Trend: (trends.trend, trends.people),
    ir.Actives: (habits.actives, habits.actives_people),
    ir.Stickiness: (habits.stickiness, habits.stickiness_people),
    ir.Lifecycle: (habits.lifecycle, habits.lifecycle_people),
    ir.TimeToValue: (outcomes.time_to_value, outcomes.time_to_value_people),
    ir.Adoption: (outcomes.adoption, outcomes.adoption_people),
    ir.Paths: (outcomes.paths, outcomes.paths_people),
}
TRIES = 5


class DuckEngine:
    """Answers from sealed segments and a tail of events that are not sealed yet.

    `memory_limit` is DuckDB's (say "1GB"); arrays handed to the kernels come on top, about 16 bytes a row read.
    `seconds` limits each answer; it is looked at between queries, within them, and between steps over arrays. Files
    are opened read-only, and nothing else can be opened from inside a query. An engine answers one question at a time
    and is not shared by threads, but for `cancel`.
    """

    name = "duckdb"

    def __init__(
        self,
        segments: Sequence[Path] = (),
        tail: Iterable[Event] = (),
        identities: Identities | None = None,
        *,
        erased: Collection[str] = (),
        memory_limit: str = "1GB",
        threads: int = 1,
        seconds: float = 30.0,
    ) -> None:
        self._store = Store(
            segments,
            tail,
            identities,
            erased=erased,
            memory_limit=memory_limit,
            threads=threads,
            seconds=seconds,
        )
        self.events: int = sum(source.total for source in self._store.sources)
        """How many events answers are computed from."""
        self.through: int | None = max(
            (each.last for each in self._store.sources if each.last is not None), default=None
        )
        """The time of the latest of them, in microseconds."""

    @classmethod
    def open(
        cls,
        home: Path,
        tail: Callable[[int], Iterable[Event]] = lambda mark: (),
        identities: Identities | None = None,
        **limits: Any,
    ) -> Self:
        """An engine over the folder's segments as they are now. `tail(mark)` gives the events behind a mark.

        The tail is read before the manifest is looked at again: where a seal or merge came in between, everything is
        read anew, so that no event is missed or met twice.
        """
        for attempt in range(TRIES):
            now, erased = manifest.load(home), tombstones.load(home)
            behind = standing.left(tail(now.mark), erased)
            if (manifest.load(home), tombstones.load(home)) != (now, erased):
                continue
            paths = [home / entry.file for entry in now.segments]
            try:
                return cls(paths, behind, identities, erased=erased.pending, **limits)
            except duckdb.IOException:  # a merge deleted a file between the look and the opening
                if attempt == TRIES - 1 or manifest.load(home) == now:
                    raise
        raise RuntimeError("segments changed faster than they could be opened")

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def store(self) -> Store:
        """What it reads, for looks and SQL that are no questions."""
        return self._store

    def limit(self, seconds: float) -> None:
        """How long each answer from now on may take."""
        self._store.seconds = seconds

    def cancel(self) -> None:
        """Stop what is being answered, from another thread; it raises OutOfTime."""
        self._store.stop()

    def answer(self, question: ir.Question) -> Answer:
        """See Engine.answer."""
        plan, _ = _plan(question)
        with self._store.limited():
            return flagged(question, plan(Scan(self._store, question), question))

    def people(self, question: ir.Question, cell: ir.Cell) -> list[tuple[str, str]]:
        """See Engine.people."""
        _, plan = _plan(question)
        with self._store.limited():
            actors = np.unique(plan(Scan(self._store, question), question, cell))
            return sorted(self._named(question, actors))

    def _named(self, question: ir.Question, actors: Ints) -> list[tuple[str, str]]:
        if question.actor is ir.Actor.ACCOUNT:
            return [("", account) for account in self._store.account_names(actors)]
        names = self._store.person_names(actors)
        accounts = self._store.account_names(self._store.member_of[actors])
        return list(zip(names, accounts, strict=True))


def _plan(question: ir.Question) -> tuple[Callable[..., Answer], Callable[..., Ints]]:
    try:
        return PLANS[type(question)]
    except KeyError:
        raise ir.BadQuestion(f"no plan for a {type(question).__name__}") from None
