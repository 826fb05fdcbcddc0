"""The fixed cast and the switches of every test: its own home, no network, jobs run on demand."""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import django
import pytest

ROOT = Path(__file__).resolve().parent
CACHE = ROOT / ".pytest_cache" / "loopline"  # of all runs: nothing in it can be out of date


def _folder(prefix: str) -> str:
    folder = tempfile.mkdtemp(prefix=prefix)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


os.environ["LOOPLINE_TESTING"] = "1"
os.environ["LOOPLINE_HOME"] = _folder("loopline-test-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loopline.entry.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
os.environ.pop("LOOPLINE_DATABASE_URL", None)
if "LOOPLINE_TEST_RUN" not in os.environ:
    # the first process of a run; its workers get all this from it
    os.environ["LOOPLINE_TEST_RUN"] = _folder("loopline-run-")
    os.environ["DRILL_HOMES"] = _folder("loopline-homes-")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(CACHE / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if os.environ.get("LOOPLINE_TEST_DATABASE") == "postgresql":
        sys.path.insert(0, str(ROOT))
        from tests.postgres import start as start_postgresql

        os.environ["LOOPLINE_TEST_POSTGRES"] = start_postgresql()
if "LOOPLINE_TEST_POSTGRES" in os.environ:
    os.environ["LOOPLINE_DATABASE_URL"] = os.environ["LOOPLINE_TEST_POSTGRES"]

django.setup()  # here, not by pytest-django's early setting: the home above has to come first

NOW = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)


def pytest_collection_modifyitems(items):
    """Files with a slow test come first: a long one at the end would leave the other core with nothing to do."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish():
    """What is loaded by now stays: looking through all of it for garbage again and again took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker):
    """A copy of the migrated database, instead of migrating in every process."""
    from django.db import connection

    from tests import migrated

    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
            migrated.use_postgresql(f"test_{worker}", Path(os.environ["LOOPLINE_TEST_RUN"]))
        else:
            target = Path(os.environ["LOOPLINE_HOME"]) / "test.sqlite3"
            migrated.use_file(target, CACHE / "migrated")
    yield
    with django_db_blocker.unblock():
        connection.close()


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
