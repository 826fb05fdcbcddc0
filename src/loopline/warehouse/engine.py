"""What every engine of insights does. The persons of a cell come from the same plan as its number."""

from typing import Protocol

from loopline.core.insights.answers import Answer
from loopline.core.insights.ir import Cell, Question


class Engine(Protocol):
    def answer(self, question: Question) -> Answer:
        """The answer. Raises BadQuestion, OutOfTime or OutOfMemory."""
        ...

    def people(self, question: Question, cell: Cell) -> list[tuple[str, str]]:
        """(person, account) of everyone a cell counts, in order, each once; their number is the cell's.

        The account is the one the person was last said to belong to, "" where none; where accounts are asked for,
        the person is "".
        """
        ...
