"""Action items done on time, as a metric."""

from datetime import UTC, datetime, timedelta

import pytest

from loopline.slices.actions import services as actions
from loopline.slices.measures.builtins import found

pytestmark = pytest.mark.django_db


def test_it_is_offered_and_its_rows_are_the_number(cast, signed_in):
    offered = found("actions.on_time")
    start, end = datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)
    assert offered.compute(start, end) is None
    assert "No action items yet" in offered.missing()
    for first_due, done in ((3, 2), (4, 9), (5, None), (35, None), (-1, 0)):
        at = start - timedelta(days=2)
        pk = actions.create(
            actor=cast.bo, text="Call", owner_id=cast.bo.user_id, due=(start + timedelta(days=first_due)).date(), now=at
        )  # fmt: skip
        if done is not None:
            actions.finish(actor=cast.bo, ids=[pk], now=start + timedelta(days=done))
    value, n, low, high = offered.compute(start, end)
    assert (round(value, 1), n) == (33.3, 3)
    assert 0 < low < value < high < 100
    assert offered.missing() == ""
    page = signed_in(cast.dee).get(offered.rows(start, end)).content.decode()
    assert page.count("data-id=") == n
