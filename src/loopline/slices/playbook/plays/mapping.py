"""Which blocks speak for which play and practice: the content file beside plays.yaml, read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from loopline.slices.docs.templating import Check
from loopline.slices.playbook.content import book

STATIONS = (
    "Heard", "Understood", "Decided", "Built", "Shipped", "Measured", "Told", "Running it",
)  # fmt: skip
STAGES = ("seed", "series_a", "series_b")


@dataclass(frozen=True, slots=True)
class Sign:
    """A block with its parameters and what counts as good; without a block `missing` says what there is to do."""

    key: str
    block: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    at_least: float | None = None
    at_most: float | None = None
    missing: str = ""
    connect: str = ""

    @property
    def check(self) -> Check | None:
        """What has to be true; None where no value is better than another."""
        if self.at_least is None and self.at_most is None:
            return None
        return Check(self.block, self.params, self.at_least, self.at_most)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An entry of a play: what it is called there, what it shows, and the sign that speaks for it."""

    name: str
    shows: str
    sign: str


@dataclass(frozen=True, slots=True)
class Play:
    """What the playbook adds to a question: its short name, its station, evidence, where its first step opens."""

    slug: str
    number: int
    title: str
    station: str
    evidence: tuple[Evidence, ...]
    first_step: str
    step: str
    href: str
    goes_with: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Practice:
    """Something a stage asks for; `why` is what adding it brings, `href` where it is done."""

    key: str
    text: str
    signs: tuple[str, ...]
    why: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something too early for a stage, or a signal that the next one is near; holds where the sign passes."""

    key: str
    text: str
    sign: str = ""
    at_least: float | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    key: str
    name: str
    typical: str
    people: int
    squads: int
    practices: tuple[Practice, ...]
    too_early: tuple[Remark, ...]
    ready: tuple[Remark, ...]


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    text = (
        files("loopline.slices.playbook")
        .joinpath("content/evidence.yaml")
        .read_text(encoding="utf-8")
    )
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@lru_cache(maxsize=1)
def signs() -> Mapping[str, Sign]:
    return {
        key: Sign(
            key, s.get("block", ""), s.get("params", {}), s.get("good", {}).get("at_least"),
            s.get("good", {}).get("at_most"), s.get("missing", ""), s.get("connect", ""),
        )
        for key, s in _file()["signs"].items()
    }  # fmt: skip


@lru_cache(maxsize=1)
def plays() -> Mapping[str, Play]:
    """The packaged plays by slug, in their order."""
    out = {}
    for raw in book()["plays"]:
        m = _file()["plays"][raw["id"]]
        entries = zip(raw["evidence"], m["signs"], strict=True)
        out[raw["id"]] = Play(
            raw["id"], raw["number"], m["title"], m["station"],
            tuple(Evidence(e.get("page") or e["metric"], e["shows"], sign) for e, sign in entries),
            raw["first_step"], m["step"]["label"], m["step"]["href"], tuple(m["with"]),
        )  # fmt: skip
    return out


@lru_cache(maxsize=1)
def stages() -> Mapping[str, Stage]:
    """The operating models by stage, in their order."""
    out = {}
    for raw in book()["stages"]:
        m = _file()["stages"][raw["id"]]
        out[raw["id"]] = Stage(
            raw["id"], raw["name"], raw["typical"], m["people"], m["squads"],
            tuple(_practice(t, p) for t, p in zip(raw["practices"], m["practices"], strict=True)),
            _remarks(raw["too_early"], m["too_early"]), _remarks(raw["ready_for_next"], m["ready"]),
        )  # fmt: skip
    return out


def _practice(text: str, m: Mapping[str, Any]) -> Practice:
    keys = tuple(f"{s}:{m['at_least']}" if "at_least" in m else s for s in m["signs"])
    return Practice(m["key"], text, keys, m["why"], m["href"])


def _remarks(texts: Sequence[str], ms: Sequence[Mapping[str, Any]]) -> tuple[Remark, ...]:
    return tuple(
        Remark(m["key"], text, m.get("sign", ""), m.get("at_least", m.get("has")))
        for text, m in zip(texts, ms, strict=True)
    )


def sign(key: str) -> Sign:
    """A sign by its key; `KEY:60` is the same with a bar of its own."""
    name, _, bar = key.partition(":")
    found = signs()[name]
    if not bar:
        return found
    return Sign(
        found.key, found.block, found.params, float(bar), None, found.missing, found.connect
    )
