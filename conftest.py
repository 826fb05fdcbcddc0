"""The fixed cast and the switches of every test: its own home, no network, jobs run on demand."""

import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime

os.environ["LOOPLINE_TESTING"] = "1"
os.environ["LOOPLINE_HOME"] = tempfile.mkdtemp(prefix="loopline-test-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loopline.entry.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
os.environ.pop("LOOPLINE_DATABASE_URL", None)
if os.environ.get("LOOPLINE_TEST_DATABASE") == "postgresql":
    sys.path.insert(0, os.path.dirname(__file__))
    from tests.postgres import start as start_postgresql

    os.environ["LOOPLINE_DATABASE_URL"] = start_postgresql()

import django
import pytest

django.setup()  # here, not by pytest-django's early setting: the home above has to come first

NOW = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def cast(db):
    """Ann asks (member), Bo decides (product), Cy ships (product), Ada administers, Olu owns, Dee only views."""
    from types import SimpleNamespace

    from loopline.platform.identity.actor import Actor, Role, Via
    from loopline.platform.identity.models import User

    def person(name: str, role: Role) -> Actor:
        user = User(
            email=f"{name.split(maxsplit=1)[0].lower()}@oakrow.example",
            name=name,
            role=role,
            created_at=NOW,
        )
        user.set_unusable_password()
        user.save()
        return Actor(role, Via.WEB, user.pk, name, user.email)

    return SimpleNamespace(
        ann=person("Ann Asker", Role.MEMBER),
        bo=person("Bo Decider", Role.PRODUCT),
        cy=person("Cy Shipper", Role.PRODUCT),
        ada=person("Ada Admin", Role.ADMIN),
        olu=person("Olu Owner", Role.OWNER),
        dee=person("Dee Viewer", Role.VIEWER),
    )


@pytest.fixture
def signed_in(client, cast) -> Callable:
    """`signed_in(cast.bo)` is a test client with that person's session."""
    from loopline.platform.identity.models import User

    def enter(actor):
        client.force_login(
            User.objects.get(pk=actor.user_id),
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        return client

    return enter


@pytest.fixture
def token(cast) -> Callable:
    """`token("product")` is the Authorization header of a fresh token with that role."""
    from loopline.platform.entrance.services import create_token

    def make(role: str, who=None, scopes: list[str] | None = None) -> dict[str, str]:
        made = create_token(
            actor=who or cast.olu,
            name=f"test {role}",
            role=role,
            scopes=scopes,
            own=who is not None,
            now=NOW,
        )
        return {"Authorization": f"Bearer {made.value}"}

    return make


@pytest.fixture
def run_jobs(db) -> Callable:
    """Run every due job, as the worker would, until nothing is left."""
    from loopline.platform.jobs.worker import run_until_empty

    return run_until_empty


@pytest.fixture
def stored(settings, tmp_path) -> Callable:
    """`stored(rows, facts)` puts product events into a folder of this test's own, where every question looks.

    A row is (event, person, time, properties) with an optional account; a fact is a warehouse Fact.
    """
    from tests.events import keep

    settings.LOOPLINE_EVENTS = tmp_path / "events"
    return lambda rows=(), facts=(): keep(settings.LOOPLINE_EVENTS, rows, facts)
