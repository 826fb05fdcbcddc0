"""A real server for each file that sends to one, and a door in front of it for each test."""

from collections.abc import Iterator

import pytest

from tests.journey.serving import Door, Served, served


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as one:
        yield one


@pytest.fixture
def door(server: Served) -> Iterator[Door]:
    with Door(server.port).open() as one:
        one.before = server.tail.last()
        yield one
