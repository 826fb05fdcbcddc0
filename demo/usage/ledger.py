"""Events as columns while they are made: each text kept once, each event a few numbers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Prop = tuple[Sequence[Any], Ints]
"""A property: its values, and which of them each event has."""
NO_NUMBER = -1


@dataclass
class Ledger:
    """What was written so far. `people` are distinct ids with the account and the anonymous id their events carry."""

    people: list[tuple[str, str, str]] = field(default_factory=list)
    events: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    _parts: list[tuple[NDArray[Any], ...]] = field(default_factory=list)

    def meet(self, people: Sequence[tuple[str, str, str]]) -> Ints:
        """Take people in; answers their places."""
        first = len(self.people)
        self.people.extend(people)
        return np.arange(first, len(self.people))

    def write(
        self,
        event: str,
        who: Ints,
        at: Ints,
        props: dict[str, Prop | str],
        number: tuple[str, Ints] | None = None,
    ) -> None:
        """One event for each place in `who`, at UTC microseconds. A property that is text is the same for all.

        `number` is a property with a value of its own for each event, such as a duration.
        """
        if not who.size:
            return
        code = np.zeros(who.size, dtype=np.int64)
        for value in props.values():
            if not isinstance(value, str):
                code = code * len(value[0]) + value[1]
        kinds, inverse = np.unique(code, return_inverse=True)
        texts = [self._text(props, int(kind), number[0] if number else "") for kind in kinds]
        event_code = self.events.setdefault(event, len(self.events))
        self._parts.append(
            (
                at.astype(np.int64),
                np.full(who.size, event_code, dtype=np.int16),
                who.astype(np.int32),
                np.array(texts, dtype=np.int32)[inverse],
                (number[1] if number else np.full(who.size, NO_NUMBER)).astype(np.int32),
            )
        )

    def columns(self, until: int) -> dict[str, Any]:
        """Everything not later than a moment, in order of time: ts, event, who, text, number."""
        names = ("ts", "event", "who", "text", "number")
        columns = [np.concatenate(each) for each in zip(*self._parts, strict=True)]
        self._parts.clear()
        order = np.argsort(columns[0], kind="stable")
        order = order[columns[0][order] <= until]
        return {name: column[order] for name, column in zip(names, columns, strict=True)}

    def _text(self, props: dict[str, Prop | str], code: int, number: str) -> int:
        """The place of the JSON text of one combination, open at its end where a number follows."""
        found: dict[str, Any] = {}
        for name, value in reversed(props.items()):
            if isinstance(value, str):
                found[name] = value
            else:
                code, place = divmod(code, len(value[0]))
                found[name] = value[0][place]
        text = json.dumps(dict(reversed(found.items())), separators=(",", ":"), ensure_ascii=False)
        if number:
            text = f'{text[:-1]}{"," if found else ""}"{number}":'
        return self.texts.setdefault(text, len(self.texts))
