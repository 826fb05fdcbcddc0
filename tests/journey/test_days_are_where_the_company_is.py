"""A day to look again comes when it comes where the company is, not in Greenwich."""

from datetime import UTC, date, datetime

import pytest

from loopline.core.problems import Invalid
from loopline.platform.settings import options
from loopline.slices.decisions import services as decisions
from loopline.slices.decisions.lists import SPEC
from loopline.slices.decisions.models import Decision

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 11, 19, 20, 0, tzinfo=UTC)  # the 20th in Auckland, for hours already


def test_a_decision_is_due_on_its_day_in_the_companys_zone(cast, monkeypatch):
    options.change(actor=cast.ada, values={"zone": "Pacific/Auckland"}, now=LATE)
    made = decisions.open_decision(actor=cast.bo, question="Do we build it?", now=LATE)
    decisions.decide(
        actor=cast.bo, decision_id=made, chosen="Yes", rationale="They ask", revisit_on=date(2026, 11, 20),
        now=LATE,
    )  # fmt: skip
    monkeypatch.setattr("loopline.slices.decisions.lists.timezone.now", lambda: LATE)
    due = SPEC.filter("due")
    assert list(Decision.objects.filter(due.where("1")).values_list("pk", flat=True)) == [made]
    with pytest.raises(Invalid):
        decisions.keep(actor=cast.bo, decision_id=made, until=date(2026, 11, 20), now=LATE)
