"""A SELECT that stumbles over somebody's address says so without it: everybody reads why there is no number."""

from datetime import UTC, datetime

import pytest

from loopline.slices.measures import computing, services
from loopline.slices.measures.models import Metric
from loopline.warehouse.records import Fact
from tests.events import micros

NOW = datetime(2026, 2, 10, 9, tzinfo=UTC)
MAIL = "ann@acme.example"


@pytest.mark.parametrize(
    "text",
    [
        "select properties->>'email' as value from people",
        "select (properties->>'email')::int as value from people",
        "select (properties->>'email')::timestamptz as period, 1 as value from people",
        "select properties->>'email' as period, 1 as value from people",
        "select 1 as value, properties->>'email' as n from people",
        "select error('it''s ' || (properties->>'email') || ' there') as value from people",
    ],
)
def test_the_reason_names_nobody(stored, cast, text):
    facts = [
        Fact("person", "p1", micros("2026-01-05T10:00"), "", b'{"email": "%s"}' % MAIL.encode())
    ]
    stored([("signup", "p1", "2026-01-05T10:00")], facts)
    made = services.create_metric(
        actor=cast.bo, name="M", definition={"kind": "sql", "query": text}, unit="", now=NOW
    )
    computing.compute(made, now=NOW)
    trouble = Metric.objects.get(pk=made).trouble
    assert trouble
    assert MAIL not in trouble


def test_other_reasons_are_said_as_they_are(stored, cast):
    stored([("signup", "p1", "2026-01-05T10:00")])
    query = "select nothing as value from events"
    made = services.create_metric(
        actor=cast.bo, name="M", definition={"kind": "sql", "query": query}, unit="", now=NOW
    )
    computing.compute(made, now=NOW)
    assert "nothing" in Metric.objects.get(pk=made).trouble
