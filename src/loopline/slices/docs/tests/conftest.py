"""A template of every kind of place, and docs made from it."""

from pathlib import Path

import pytest

from loopline.platform.blocks import registry
from loopline.platform.blocks.registry import Block, Param, Row, Shown
from loopline.slices.docs import queries, services, templating

EVERY = """---
key: every-place
title: Every place
about: A page for tests.
group: Tests
review_days: 30
places:
  - {key: notes, label: Notes}
  - {key: stage, kind: choice, label: Stage, options: [Seed, Series A]}
  - {key: size, kind: number, label: Size}
  - {key: day, kind: date, label: Day}
  - key: lines
    kind: table
    label: Lines
    total: cost
    columns:
      - {key: what, label: What}
      - {key: cost, label: Cost, kind: number}
      - {key: tags, label: Tags, kind: tags}
      - {key: at, label: Address, kind: link}
  - key: checks
    kind: checklist
    label: Checks
    items:
      - {key: told, text: Everybody knows}
      - {key: count, text: Enough of them, check: {block: test-count, params: {of: things}, at_least: 3}}
---
# {{not a block}}

Words about [product].

{{test-count of=things}}
{{test-slow}}
{{fill notes}}
{{fill stage}}
{{fill size}}
{{fill day}}
{{fill lines}}
{{fill checks}}
{{fill nowhere}}
{{no-such-block}}
"""


@pytest.fixture
def count():
    """What the block says: change `count["n"]`; None for nothing measured."""
    return {"n": 2.0}


@pytest.fixture(autouse=True)
def _every(tmp_path: Path, monkeypatch, count):
    (tmp_path / "every.md").write_text(EVERY, encoding="utf-8")
    monkeypatch.setattr(templating, "_FOLDERS", [*templating._FOLDERS, tmp_path])
    templating._READ.clear()

    def build(_actor, params, _now):
        if count["n"] is None:
            return Shown(missing="Nothing is counted yet.", connect="/measures/start")
        return Shown(
            f"{count['n']:g} {params['of']}.",
            count["n"],
            "things",
            "/measures",
            ("What",),
            (Row(("A thing",), "/measures"),),
        )

    monkeypatch.setattr(registry, "_BLOCKS", dict(registry._BLOCKS))
    registry.register(
        Block(
            "test-count", "Count", "Counts.", "doc.read", build, (Param("of", "Of what"),), "Tests"
        )
    )
    registry.register(
        Block(
            "test-slow",
            "Slow",
            "Slow.",
            "doc.read",
            lambda *_: Shown("Slowly said."),
            (),
            "Tests",
            slow=True,
        )
    )
    yield
    templating._READ.clear()


@pytest.fixture
def make(cast, now):
    """`make()` is the id of a doc with every place; `make("Title", body="text")` a blank one."""

    def made(title="A page", template="every-place", actor=None, at=None, **more):
        if "body" in more:
            template = ""
        new = services.NewDoc(title, template, **more)
        return services.create_doc(actor=actor or cast.bo, new=new, now=at or now)

    return made


@pytest.fixture
def read(cast):
    return lambda pk: queries.one(actor=cast.bo, doc_id=pk)
