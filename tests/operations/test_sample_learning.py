"""The sample's question of autumn, on the sample's events: found, decided, shipped, and the effect measured."""

from datetime import UTC, datetime, timedelta

import pytest

from loopline.platform.identity.actor import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SCALE = 0.3


@pytest.fixture
def learnt(settings, tmp_path, run_jobs):
    """What the team keeps about events, without the rest of the sample, and everything computed."""
    from demo import company, finish, insights, learning, metrics
    from demo.context import Context
    from demo.usage.load import load
    from loopline.slices.roadmap import services as roadmap

    settings.LOOPLINE_EVENTS = tmp_path / "events"
    w = Context(datetime.now(UTC))
    load(settings.LOOPLINE_EVENTS, now=w.now, scale=SCALE)
    company.load(w)
    w.opportunities[learning.IMPORT] = roadmap.create_opportunity(
        actor=w.actor("Hanna Sørensen"), title="Last month’s sheet cannot go in unchanged", now=w.at(70)
    )  # fmt: skip
    for area in (insights, metrics, learning):
        area.load(w)
    w.play()
    finish.soon(recompute=False)
    run_jobs(("bulk",))
    return w


def test_what_the_team_learnt_is_there_to_the_last_number(learnt, client, subtests):
    """One test, because what it looks at takes long to make."""
    with subtests.test("the effect of the mended import is measured"):
        _effect_is_measured()
    with subtests.test("every metric is computed and every tile shows"):
        _every_metric_is_computed_and_every_tile_shows(learnt, client)
    with subtests.test("cohorts hold those who stalled, the catalogue knows every event"):
        _cohorts_and_catalogue()


def _effect_is_measured():
    from loopline.slices.dashboards.models import Investigation
    from loopline.slices.decisions import queries as decisions

    row = Investigation.objects.get()
    assert row.state == "found"
    assert decisions.by_ids([row.decision_id])
    assert 0.05 < row.effect["relative"] < 0.35
    assert row.effect["low"] < row.effect["relative"] < row.effect["high"]


def _every_metric_is_computed_and_every_tile_shows(learnt, client):
    from loopline.platform.identity.models import User
    from loopline.slices.dashboards.models import Dashboard, Tile
    from loopline.slices.measures.models import Metric, MetricValue

    for metric in Metric.objects.filter(source="Product events"):
        values = MetricValue.objects.filter(metric=metric, at__gte=learnt.now - timedelta(days=50))
        assert not metric.trouble, metric.name
        assert values.exclude(value=None).exists(), metric.name
    maya = User.objects.get(email="maya@oakrow.example")
    assert maya.role == Role.OWNER.value
    client.force_login(maya, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert Dashboard.objects.count() == 2
    for tile in Tile.objects.all():
        page = client.get(f"/dashboards/{tile.dashboard_id}/tiles/{tile.pk}")
        assert page.status_code == 200
        assert "<table" in page.content.decode(), tile.pk


def _cohorts_and_catalogue():
    from demo.oakrow.usage import EVENTS
    from loopline.slices.insights.models import Cohort, EventName

    sizes = dict(Cohort.objects.values_list("name", "size"))
    assert len(sizes) == 4
    assert all(sizes.values())
    assert sizes["Stalled at the import"] < sizes["Activated trials"]
    names = {row.name: row for row in EventName.objects.all()}
    assert {each.name for each in EVENTS} <= set(names) | {"swap refused"}
    broken = {name for name, row in names.items() if row.broken_rules}
    assert broken == {"ClickedButton", "page_view", "Rota PDF"}
    assert names["import failed"].description
    assert names["import failed"].owner.name == "Hanna Sørensen"
