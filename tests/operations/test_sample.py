"""The sample company: loaded through the services, agreeing with itself, and gone in one command."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db.models import F

from loopline.platform.identity.actor import Actor

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_oakrow_loads_agrees_with_itself_and_goes(now, monkeypatch):
    monkeypatch.setenv("LOOPLINE_DEMO_PEOPLE", "")
    from demo.load import load_sample
    from loopline.entry.keeping.checks import verify
    from loopline.entry.keeping.sample import KINDS, remove
    from loopline.slices.actions import queries as actions
    from loopline.slices.customers.models import Account
    from loopline.slices.dashboards.models import Dashboard, Investigation
    from loopline.slices.feedback.models import Feedback
    from loopline.slices.insights.models import Report
    from loopline.slices.releases.models import Release
    from loopline.slices.roadmap.models import Bet, Opportunity
    from loopline.slices.surveys import queries as surveys
    from loopline.slices.told.models import FollowUp

    sign_ins = load_sample(as_of="2026-11-19")
    assert [s["role"] for s in sign_ins] == ["owner", "admin", "product", "member", "viewer"]
    counts = (
        Account.objects.count(),
        Feedback.objects.exclude(source="survey").count(),
        Opportunity.objects.count(),
        Bet.objects.count(),
    )
    assert counts == (150, 2000, 40, 26)
    assert Release.objects.count() >= 40
    assert verify() == {"database": [], "audit": [], "search": [], "lines": [], "events": []}
    assert not FollowUp.objects.filter(
        state="sent", sent_at__lt=F("feedback__received_at")
    ).exists()
    assert Feedback.objects.filter(state="new").count() >= 8
    said = Feedback.objects.filter(source="survey").count()
    assert said >= 40
    value, n, low, high = surveys.score_at(
        survey_kind="nps", start=now - timedelta(days=400), end=now + timedelta(days=1)
    )
    assert n >= 100
    assert -100 < low < value < high < 100
    assert Report.objects.count() >= 10
    asked = Investigation.objects.get()
    assert asked.decision_id
    assert asked.metric_id
    assert not [board for board in Dashboard.objects.all() if board.owner_id is None]
    kept = actions.completion(now.date() - timedelta(days=366), now.date(), on=now.date())
    assert kept.due >= 30
    assert 0.4 < kept.share < kept.ever / kept.due < 1
    assert 2 <= len(actions.overdue(on=now.date())) <= 5
    assert actions.unowned() == []
    gone = remove(actor=Actor.system(), now=now)
    assert not any(apps.get_model(label).objects.filter(sample=True) for label, _ in KINDS[1:])
    assert gone["Feedback"] == 2000 + said
    assert gone["Survey"] == 6
    assert (Account.objects.count(), Feedback.objects.count(), FollowUp.objects.count()) == (
        0,
        0,
        0,
    )
    assert remove(actor=Actor.system(), now=now)["Feedback"] == 0
    assert verify()["search"] == []
