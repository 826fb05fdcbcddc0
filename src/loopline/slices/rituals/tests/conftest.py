"""Rituals around Thursday 19 November 2026, the day of the tests."""

from datetime import date, time, timedelta

import pytest

from loopline.slices.rituals import services
from loopline.slices.rituals.models import Ritual, Session


@pytest.fixture
def ritual(cast, now):
    """`ritual(minutes=30)` is a weekly review on Fridays at 10 with Ann, Bo and Cy."""

    def make(name="Weekly review", **values):
        given = {
            "cadence": "weekly", "weekday": 4, "at": time(10), "minutes": 30, "template": "ritual-weekly-review",
            "attendee_ids": [cast.ann.user_id, cast.bo.user_id, cast.cy.user_id],
        } | values  # fmt: skip
        at = given.pop("now", now)
        sample = given.pop("sample", False)
        return services.create_ritual(
            actor=cast.bo, new=services.NewRitual(name, **given), now=at, sample=sample
        )

    return make


@pytest.fixture
def session(now):
    """`session(ritual_id)` is the next session of a ritual."""
    return lambda ritual_id: (
        Session.objects.filter(ritual=ritual_id, at__gt=now).order_by("at").first()
    )


@pytest.fixture
def past(now):
    """`past(ritual_id, 3, ratings=[...])` is a held session three weeks ago."""

    def make(ritual_id, weeks, state="held", ratings=(), minutes=30):
        row = Ritual.objects.get(pk=ritual_id)
        slot = date(2026, 11, 13) - timedelta(weeks=weeks - 1)
        at = now.replace(hour=9, minute=0) - timedelta(days=6 + 7 * (weeks - 1))
        counts = [0] * 5
        for r in ratings:
            counts[r] += 1
        return Session.objects.create(
            ritual=row, slot=slot, at=at, minutes=minutes, state=state, ratings=counts, created_at=at, updated_at=at,
            started_at=at if state == "held" else None,
            stopped_at=at + timedelta(minutes=minutes) if state == "held" else None,
        ).pk  # fmt: skip

    return make
