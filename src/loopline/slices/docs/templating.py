"""Templates of docs: content files, each a YAML head between `---` and a body of markdown, blocks and places.

Head: `key`, `title`, `about` (one sentence), `group`, `review_days`, `state` (draft or current), `owner_role`,
`write` (a permission that writing needs besides doc.write), and `places`, each with `key`, `kind`, `label`, `hint`, and
for a choice `options`, for a table `columns`, for a checklist `items` with `key`, `text` and perhaps a check: `block`,
`params`, and `at_least`, `at_most` or `is_set`.
A body names a place by a line `{{fill KEY}}`. Slices add their folders when their apps are ready.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from loopline.platform.identity.actor import Actor

KINDS = ("text", "choice", "number", "date", "person", "table", "checklist")
CELLS = ("text", "choice", "number", "date", "person", "tags", "metric", "link")


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    label: str
    kind: str = "text"
    options: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Ticks an item by itself: the block's value is at least or at most this, or there is one at all."""

    block: str
    params: Mapping[str, str] = field(default_factory=dict)
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    key: str
    text: str
    check: Check | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    key: str
    kind: str
    label: str
    hint: str = ""
    options: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    items: tuple[Item, ...] = ()
    total: str = ""  # a number column whose sum stands below the table
    action: str = ""  # what can be done with a line of the table, by its name


@dataclass(frozen=True, slots=True)
class Template:
    key: str
    title: str
    about: str
    group: str
    body: str
    places: Mapping[str, Place]
    review_days: int | None = None
    draft: bool = False
    listed: bool = True  # offered where a doc is made
    write: str = (
        ""  # the permission that making, writing and putting it away needs besides doc.write
    )


@dataclass(frozen=True, slots=True)
class Became:
    """What a line became elsewhere: its key, and its address."""

    key: str
    url: str


@dataclass(frozen=True, slots=True)
class TakenLine:
    """A line of a table, the page it stands on and what else was filled in there."""

    doc_id: int
    filled: Mapping[str, Any]
    line: Mapping[str, Any]
    sample: bool


@dataclass(frozen=True, slots=True)
class LineAction:
    """Something later areas do with a line of a table: into the intake, say. It is done once for each line.

    `run` answers the same for the same line again.
    """

    name: str
    label: str
    permission: str
    run: Callable[[Actor, TakenLine, datetime], Became] = field(repr=False)


_ACTIONS: dict[str, LineAction] = {}


def offer_action(action: LineAction) -> None:
    _ACTIONS[action.name] = action


def line_action(name: str) -> LineAction | None:
    return _ACTIONS.get(name)


class Malformed(Exception):
    """A content file that does not say what it has to; with the file and the reason."""


class _Plain(yaml.SafeLoader):
    """YAML in which on, off, yes and no are words: `label: On` is a label. Only true and false are truth values."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if tag != "tag:yaml.org,2002:bool"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))

_FOLDERS: list[Path] = [Path(__file__).parent / "content"]
_READ: dict[str, Template] = {}


def add_folder(folder: Path) -> None:
    if folder not in _FOLDERS:
        _FOLDERS.append(folder)
        _READ.clear()


def templates() -> Mapping[str, Template]:
    """Every template by key; files are read once."""
    if not _READ:
        for folder in _FOLDERS:
            for file in sorted(folder.glob("*.md")):
                made = parsed(file.read_text(encoding="utf-8"), file.name)
                if made.key in _READ:
                    raise Malformed(f"{file.name}: {made.key} is there already")
                _READ[made.key] = made
    return _READ


def template(key: str) -> Template | None:
    return templates().get(key)


def parsed(text: str, name: str) -> Template:
    """One content file. Raises Malformed."""
    try:
        _, head, body = text.split("---\n", 2)
        said = yaml.load(head, _Plain)  # noqa: S506  a safe loader with fewer words for yes and no
        places = {p["key"]: _place(p) for p in said.get("places", ())}
        return Template(
            said["key"], said["title"], said["about"], said["group"], body.strip() + "\n", places,
            said.get("review_days"), said.get("state") == "draft", said.get("listed", True),
            said.get("write", ""),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise Malformed(f"{name}: {error}") from error


def _place(said: Mapping[str, Any]) -> Place:
    kind = said.get("kind", "text")
    if kind not in KINDS:
        raise ValueError(f"{said['key']}: a place is one of {', '.join(KINDS)}")
    return Place(
        said["key"], kind, said.get("label", ""), said.get("hint", ""), tuple(map(str, said.get("options", ()))),
        tuple(_column(c) for c in said.get("columns", ())), tuple(_item(i) for i in said.get("items", ())),
        said.get("total", ""), said.get("action", ""),
    )  # fmt: skip


def _column(said: Mapping[str, Any]) -> Column:
    kind = said.get("kind", "text")
    if kind not in CELLS:
        raise ValueError(f"{said['key']}: a column is one of {', '.join(CELLS)}")
    options = tuple(map(str, said.get("options", ())))
    return Column(said["key"], said["label"], kind, options, said.get("hint", ""))


def _item(said: Mapping[str, Any]) -> Item:
    check = said.get("check")
    made = None
    if check:
        params = {k: str(v) for k, v in check.get("params", {}).items()}
        made = Check(check["block"], params, check.get("at_least"), check.get("at_most"))
    return Item(said["key"], said["text"], made, said.get("href", ""))
