"""Action items due by days counted from the day of the tests, a Thursday."""

from datetime import timedelta

import pytest

from loopline.slices.actions import services


@pytest.fixture
def act(cast, now):
    """`act("Call Tarn", days=3)` is the id of one that Bo owns, due in three days."""

    def make(text="Call Tarn", days=3, owner=None, by=None, at=None, **values):
        at = at or now
        return services.create(
            actor=by or cast.bo, text=text, owner_id=(owner or cast.bo).user_id, due=(at + timedelta(days=days)).date(),
            now=at, **values,
        )  # fmt: skip

    return make


@pytest.fixture
def account(cast, now):
    """`account("Tarn")` is the id of an account that things to do come from."""
    from loopline.slices.customers import services as customers

    return lambda name="Tarn": customers.save_account(
        actor=cast.bo, changes={"name": name}, now=now
    )
