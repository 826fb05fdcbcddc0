"""What teams use, counted by week against a count by hand; nothing where there is nothing to count from."""

import random
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from loopline.platform.blocks import registry as blocks
from loopline.platform.entrance.services import set_team
from loopline.platform.squads.registry import measures
from loopline.slices.dashboards import services as boards
from loopline.slices.feedback.models import Feedback
from loopline.slices.playbook.standup import adoption, squads
from loopline.slices.releases.models import Release

pytestmark = pytest.mark.django_db


def of(key, now):
    one = next(m for m in measures() if m.key == key)
    return {u.team: u for u in adoption.of(one, now).teams}


@pytest.fixture
def two(cast, now):
    red = set_team(
        actor=cast.olu, name="Red", member_ids=[cast.ann.user_id, cast.bo.user_id], now=now
    )
    blue = set_team(actor=cast.olu, name="Blue", member_ids=[cast.cy.user_id], now=now)
    return {"Red": red, "Blue": blue}


def ask(who, at, external_id="", source="call"):
    return Feedback(
        source=source, external_id=external_id, title="x", verbatim="x", received_at=at, due_at=at, created_at=at,
        updated_at=at, submitted_by_id=who, text_digest="x",
    )  # fmt: skip


def test_without_anything_no_measure_says_a_number(cast, now, two):
    for key in ("intake", "checklists", "dashboards"):
        for use in of(key, now).values():
            assert use.value is None
            assert set(use.weeks) == {None}
    shown = blocks.show(cast.dee, "adoption", {"team": str(two["Red"]), "measure": "intake"}, now)
    assert shown.value is None
    assert "Nobody of the team has brought in an ask" in shown.missing


def test_weeks_are_whole_ones_of_the_company_and_end_before_this_one(now):
    found = adoption.weeks(now)
    assert len(found) == 8
    assert found[-1][1] <= now < found[-1][1] + timedelta(weeks=1)
    assert all(a.weekday() == 0 and (a.hour, a.minute) == (0, 0) for a, _ in found)
    assert all(b == a for (_, b), (a, _) in pairwise(found))


def test_asks_are_counted_by_who_wrote_them_down_and_when(cast, now, two):
    dice = random.Random(4)
    people = {"Red": (cast.ann.user_id, cast.bo.user_id), "Blue": (cast.cy.user_id,)}
    rows, by_hand = [], {t: {} for t in people}
    spans = adoption.weeks(now)
    for n in range(120):
        team = dice.choice(("Red", "Blue"))
        at = now - timedelta(days=dice.random() * 80)
        here = dice.random() < 0.5
        rows.append(ask(dice.choice(people[team]), at, "" if here else f"slack-{n}"))
        for week, (start, end) in enumerate(spans):
            if start <= at < end:
                by_hand[team].setdefault(week, []).append(here)
    rows += [ask(cast.ada.user_id, now - timedelta(days=10)), ask(None, now - timedelta(days=10))]
    Feedback.objects.bulk_create(rows)
    for team, use in of("intake", now).items():
        expected = [by_hand[team].get(w) for w in range(8)]
        assert use.weeks == tuple(
            None if not e else pytest.approx(100 * sum(e) / len(e)) for e in expected
        )
        last = [v for v in use.weeks[-4:] if v is not None]
        assert use.value == pytest.approx(sum(last) / len(last))


def test_checklists_are_of_releases_that_carried_the_teams_work(cast, now, two):
    at = adoption.weeks(now)[-1][0] + timedelta(days=1)
    for owner, done in ((cast.ann, 3), (cast.cy, 1), (cast.ada, 0)):
        lines = [{"text": str(i), "done": i < done, "by": ""} for i in range(4)]
        Release.objects.create(
            version_name=f"1.{owner.user_id}", state="shipped", shipped_at=at, checklist=lines, created_at=at,
            updated_at=at, owner_id=owner.user_id,
        )  # fmt: skip
    found = of("checklists", now)
    assert (found["Red"].value, found["Blue"].value) == (75, 25)


def test_a_dashboard_counts_from_the_week_it_was_made(cast, now, two):
    spans = adoption.weeks(now)
    made = boards.create_dashboard(
        actor=cast.bo, name="Ours", now=spans[-2][0] + timedelta(hours=30)
    )
    boards.looked(actor=cast.dee, dashboard_id=made, now=spans[-1][0] + timedelta(days=2))
    use = of("dashboards", now)["Red"]
    assert use.weeks == (None,) * 6 + (0, 100)
    assert of("dashboards", now)["Blue"].value is None


def test_who_changed_something_counts_once_a_week(cast, now, two):
    from loopline.slices.docs import services as writing
    from loopline.slices.docs.services import NewDoc

    start: datetime = adoption.weeks(now)[-1][0]
    for hours in (30, 31, 60):
        writing.create_doc(actor=cast.ann, new=NewDoc("A page"), now=start + timedelta(hours=hours))
    use = of("docs", now)
    assert use["Red"].weeks == (None,) * 7 + (50,)
    assert use["Blue"].value is None


def test_the_block_takes_the_first_squad_set_up_and_knows_no_other_measure(cast, now, two):
    squads.set_up(actor=cast.bo, team_id=two["Blue"], now=now)
    Feedback.objects.bulk_create([ask(cast.cy.user_id, adoption.weeks(now)[-1][0])])
    shown = blocks.show(cast.dee, "adoption", {}, now)
    assert shown.value == 100
    assert shown.sentence.startswith("Blue: 100")
    assert shown.href == "/adoption#intake"
    assert "no" in blocks.show(cast.dee, "adoption", {"measure": "nonsense"}, now).missing.lower()
