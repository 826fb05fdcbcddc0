"""Insights answered by somebody else's database, in SQL that databases agree on."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from loopline.core.insights import ir
from loopline.core.insights.answers import Answer
from loopline.core.insights.openness import flagged
from loopline.warehouse.portable import (
    funnels,
    habits,
    layout,
    outcomes,
    retention,
    trends,
)
from loopline.warehouse.portable.asking import Asking, Execute
from loopline.warehouse.portable.dialects import Dialect

Parts = dict[str, str]


class Plan(NamedTuple):
    """How a kind of question is answered, and the parts and SELECT of the actors of one of its cells."""

    answer: Callable[..., Answer]
    people: Callable[..., tuple[Parts, str]]


PLANS: dict[type[ir.Question], Plan] = {
    ir.Funnel: Plan(funnels.answer, funnels.people),
    ir.Retention: Plan(retention.answer, retention.people),
    ir.Trend: Plan(trends.answer, trends.people),
    ir.Actives: Plan(habits.actives, habits.actives_people),
    ir.Stickiness: Plan(habits.stickiness, habits.stickiness_people),
    ir.Lifecycle: Plan(habits.lifecycle, habits.lifecycle_people),
    ir.TimeToValue: Plan(outcomes.time_to_value, outcomes.time_to_value_people),
    ir.Adoption: Plan(outcomes.adoption, outcomes.adoption_people),
    ir.Paths: Plan(outcomes.paths, outcomes.paths_people),
}


class PortableEngine:
    """Answers from the four tables of `layout` in the database behind `execute(sql, texts)`.

    `execute` runs one statement with texts bound by name (v0, v1, ...) and gives its rows; what it raises is passed on.
    `prefix` stands before the tables' names: a word of ours, or a schema's name with its dot. `tables` gives other
    names, or queries in brackets, in their place.
    """

    def __init__(
        self,
        dialect: Dialect,
        execute: Execute,
        *,
        prefix: str = "loopline_",
        tables: Mapping[str, str] | None = None,
    ) -> None:
        self.dialect, self._execute = dialect, execute
        self._tables = tables or layout.names(prefix)

    def answer(self, question: ir.Question) -> Answer:
        """See Engine.answer."""
        return flagged(question, self._plan(question).answer(self._asking(question), question))

    def people(self, question: ir.Question, cell: ir.Cell) -> list[tuple[str, str]]:
        """See Engine.people."""
        asking = self._asking(question)
        parts, final = self._plan(question).people(asking, question, cell)
        if not final:
            return []
        if question.actor is ir.Actor.ACCOUNT:
            return sorted(("", account) for (account,) in asking.rows(parts, final))
        parts = {**parts, "asked": final}
        rows = asking.rows(
            parts,
            "select a.actor, coalesce(p.account, '') from asked a"
            f" left join {self._tables['persons']} p on p.person = a.actor",
        )
        return sorted((str(person), str(account)) for person, account in rows)

    def _asking(self, question: ir.Question) -> Asking:
        return Asking(self.dialect, self._execute, question, self._tables)

    def _plan(self, question: ir.Question) -> Plan:
        try:
            return PLANS[type(question)]
        except KeyError:
            raise ir.BadQuestion(f"no plan for a {type(question).__name__}") from None
