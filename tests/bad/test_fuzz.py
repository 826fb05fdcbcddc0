"""Schemathesis over the OpenAPI: whatever is sent, nothing answers 5xx and every refusal is a problem document."""

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode

os.environ.setdefault("SCHEMATHESIS_HOOKS", "")
EXAMPLES = int(os.environ.get("LOOPLINE_FUZZ", "4"))


def _schema():
    import json
    from pathlib import Path

    from django.core.wsgi import get_wsgi_application

    raw = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())
    loaded = schemathesis.openapi.from_dict(raw)
    loaded.app = get_wsgi_application()
    return loaded.exclude(
        path_regex="^/in/"
    )  # answered before Django; tests/journey/test_sdks.py fuzzes them


schema = _schema()
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])


@pytest.fixture
def one_connection(db):
    """The application ends each request by closing the database, and with it the test's transaction; not here.

    Django's own test client does the same.
    """
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.usefixtures("one_connection")
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)
def test_nothing_sent_to_the_api_breaks_it(case, token):
    response = case.call(headers=token("owner"))
    assert response.status_code < 500, (
        case.method,
        case.path,
        response.status_code,
        response.text[:300],
    )
    if response.status_code >= 400 and response.headers.get("content-type"):
        assert "json" in str(response.headers["content-type"]), (
            case.method,
            case.path,
            response.headers,
        )
