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
        Feedback.objects.exclude(source__in=["survey", "internal"])
        .exclude(external_id__startswith="doc-")
        .count(),
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
    told_on_tour = _stands_up(now)
    in_talks = Feedback.objects.filter(external_id__startswith="doc-").count()
    gone = remove(actor=Actor.system(), now=now)
    assert not any(apps.get_model(label).objects.filter(sample=True) for label, _ in KINDS[1:])
    assert gone["Feedback"] == 2000 + said + told_on_tour + in_talks
    assert gone["Survey"] == 8
    assert (Account.objects.count(), Feedback.objects.count(), FollowUp.objects.count()) == (
        0,
        0,
        0,
    )
    assert remove(actor=Actor.system(), now=now)["Feedback"] == 0
    assert verify()["search"] == []


def _stands_up(now):
    """Day 70 of 90: everybody was heard, the pilot says it would miss its set-up. Answers how many pains came in."""
    from loopline.platform.identity.actor import Actor
    from loopline.slices.feedback.models import Feedback
    from loopline.slices.playbook.standup import plan, pulse, squads, tour
    from loopline.slices.playbook.standup.sheets import TOUR, newest

    found = plan.running(actor=Actor.system(), now=now)
    assert found.day == 70
    assert found.done >= 18
    heard = tour.read(newest(TOUR), items=True)
    assert (heard.heard, len(heard.wanted), heard.pains[0].tag) == (15, 7, "nobody hears back")
    assert all(voice.href for pain in heard.pains for voice in pain.voices)
    pilot, copied = squads.squads(actor=Actor.system(), now=now)[:2]
    assert (pilot.name, copied.name, pilot.complete, copied.complete) == (
        "Scheduling",
        "Payroll",
        True,
        True,
    )
    assert [round(p.score, 1) for p in pulse.rounds([pilot.setup])[pilot.setup.id]] == [3.6, 4.2]
    came = Feedback.objects.filter(source="internal")
    assert not came.filter(state="new").exists()
    return came.count()
