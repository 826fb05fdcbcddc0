"""Homes of their own, used through the command line as people use it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopline.entry.drills.rig import ThrowAway, throw_away
from tests.quick import Quick


@pytest.fixture
def home() -> Iterator[ThrowAway]:
    """A home with an owner."""
    with throw_away() as made:
        yield Quick(made.path)


@pytest.fixture
def another(tmp_path: Path) -> Callable[[], ThrowAway]:
    """A home that is still empty."""

    def make(name: str = "another") -> ThrowAway:
        folder = tmp_path / name
        folder.mkdir()
        return Quick(folder)

    return make
