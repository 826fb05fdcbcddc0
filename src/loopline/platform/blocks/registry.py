"""Which blocks there are, and what one says.

A block answers one question with a sentence, and where it can with a number, a table or a drawing, and an address where
all of it opens. Slices register theirs when their app is ready; docs, rituals, plays and scorecards show them by name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup

from loopline.core.problems import Invalid, Problem
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may

NOTHING = Markup("")
MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a block's table; `href` opens what the first cell names."""

    cells: tuple[str, ...]
    href: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a block says now.

    `sentence` in plain words, for a person who reads only it. `value` in `unit`, None where it is not measured, never
    zero for that. `missing` says what to connect or do where there is nothing, and `connect` where. `href` opens the
    records behind it. `head` and `rows` are a small table, `svg` a drawing that has it as its twin.
    """

    sentence: str = ""
    value: float | None = None
    unit: str = ""
    href: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    svg: Markup = NOTHING
    missing: str = ""
    connect: str = ""

    def kept(self) -> dict[str, Any]:
        """As plain data, for what is frozen."""
        return {
            "sentence": self.sentence, "value": self.value, "unit": self.unit, "href": self.href,
            "head": list(self.head), "rows": [[list(r.cells), r.href] for r in self.rows],
            "missing": self.missing, "connect": self.connect,
        }  # fmt: skip


def thawed(kept: Mapping[str, Any]) -> Shown:
    """What `kept` put away; a drawing is not kept."""
    return Shown(
        kept["sentence"], kept["value"], kept["unit"], kept["href"], tuple(kept["head"]),
        tuple(Row(tuple(cells), href) for cells, href in kept["rows"]), NOTHING, kept["missing"], kept["connect"],
    )  # fmt: skip


HIDDEN = Shown(missing="You may not see this.")

Params = Mapping[str, str]
Build = Callable[[Actor, Params, datetime], Shown]


@dataclass(frozen=True, slots=True)
class Param:
    """One thing a block is told; `choices` are (value, label)."""

    name: str
    label: str
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """`read` is the permission it needs; `slow` blocks are fetched after the page."""

    name: str
    title: str
    about: str
    read: str
    build: Build = field(repr=False)
    params: tuple[Param, ...] = ()
    group: str = "Other"
    slow: bool = False


_BLOCKS: dict[str, Block] = {}


def register(block: Block) -> None:
    _BLOCKS[block.name] = block


def known() -> Mapping[str, Block]:
    return dict(_BLOCKS)


def offered(actor: Actor) -> list[Block]:
    """Those the actor may see, by group and title."""
    return sorted(
        (b for b in _BLOCKS.values() if may(actor, b.read)), key=lambda b: (b.group, b.title)
    )


def show(actor: Actor, name: str, params: Params, now: datetime) -> Shown:
    """What the block says to this actor. What is unknown, not theirs to see or amiss is said, never raised."""
    block = _BLOCKS.get(name)
    if block is None:
        return Shown(missing=f"There is no block called {name}.")
    if not may(actor, block.read):
        return HIDDEN
    try:
        return block.build(actor, _filled(block, params), now)
    except Problem as wrong:
        return Shown(missing=wrong.sentence)


def _filled(block: Block, params: Params) -> Params:
    """With defaults; Invalid where one is missing."""
    found = {p.name: params.get(p.name) or p.default for p in block.params}
    for p in block.params:
        if found[p.name] is None:
            raise Invalid(**{p.name: f"{block.title} needs {p.label.lower()}: add {p.name}=..."})
    return {name: value or "" for name, value in found.items()}


def number(params: Params, name: str) -> int:
    """A parameter that is an id. Raises Invalid."""
    text = params[name]
    if not text.isdecimal() or len(text) > 18:
        raise Invalid(**{name: f"{text!r} is no number."})
    return int(text)
