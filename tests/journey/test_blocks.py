"""What blocks say: nothing where there is nothing, and one sentence with its value, rows and address where there is."""

from datetime import date, timedelta

import pytest

from loopline.platform.blocks import registry
from loopline.platform.db.once import reading
from loopline.platform.identity.actor import Actor

pytestmark = pytest.mark.django_db

PARAMS = {"metric": {"key": "activation_rate"}, "report": {"id": "1"}, "line": {"id": "1"}}
NAMES = (
    "metric",
    "metrics-moved",
    "report",
    "survey-scores",
    "feedback-new",
    "feedback-health",
    "themes",
    "opportunities-top",
    "bets-moving",
    "work-done",
    "work-ageing",
    "work-blocked",
    "shipped",
    "releases-next",
    "decisions-open",
    "decisions-revisit",
    "decisions-made",
    "follow-ups-waiting",
    "told",
    "line-health",
    "line",
    "dashboards-unowned",
    "actions-open",
    "actions-overdue",
    "key-results",
)
CHEAP = 4  # three of its own, and one more where a name is asked for


@pytest.fixture
def say(cast, now):
    def said(name, actor=None, **params):
        given = params or PARAMS.get(name, {})
        return registry.show(actor or cast.bo, name, given, now)

    return said


@pytest.fixture
def company(cast, now, run_jobs):
    """One ask on its way: said, understood, bet on, built, shipped, told; and things that wait."""
    from loopline.slices.actions import services as actions
    from loopline.slices.customers.services import Who
    from loopline.slices.dashboards import services as dashboards
    from loopline.slices.decisions import services as decisions
    from loopline.slices.feedback import services as feedback
    from loopline.slices.measures import services as measures
    from loopline.slices.releases import services as releases
    from loopline.slices.roadmap import services as roadmap
    from loopline.slices.told import services as told
    from loopline.slices.told.models import FollowUp
    from loopline.slices.work import services as work
    from loopline.slices.work.models import WorkItem

    bo, day = cast.bo, timedelta(days=1)
    items = [
        feedback.receive_feedback(
            actor=bo,
            ask=feedback.NewFeedback(
                source="form",
                title=f"Swaps {n}",
                verbatim=f"Swapping shifts takes ages, case {n}",
                received_at=now - at * day,
                who=Who(contact_email=f"p{n}@tarn.example", account_name="Tarn"),
                tags=("swaps",),
            ),
            now=now - at * day,
        ).id
        for n, at in enumerate((1, 2, 3, 10))
    ]
    opp = roadmap.create_opportunity(
        actor=bo, title="Swaps take too long", squad="Crew", now=now - 5 * day
    )
    for i in items:
        roadmap.link_feedback(actor=bo, feedback_id=i, opportunity_id=opp, now=now - 4 * day)
    metric = measures.create_metric(
        actor=bo, name="Swap time", unit="h", direction="down", now=now - 9 * day
    )
    for at, value in ((8, 20.0), (1, 12.0)):
        measures.record_value(actor=bo, metric_id=metric, value=value, at=now - at * day, now=now)
    bet = roadmap.create_bet(
        actor=bo,
        title="Approve by phone",
        opportunity_id=opp,
        metric_id=metric,
        squad="Crew",
        now=now - 4 * day,
    )
    roadmap.commit_bet(actor=bo, bet_id=bet, now=now - 4 * day)
    done = work.create_item(
        actor=bo, title="Phone view", bet_id=bet, state="started", now=now - 6 * day
    )
    work.change_item(actor=bo, id_=done, changes={"state": "done"}, now=now - 2 * day)
    work.create_item(
        actor=bo, title="Old one", state="started", labels=["Blocked"], now=now - 30 * day
    )
    release = releases.create_release(
        actor=bo, version="1.4", title="Swaps", work_items=[done], now=now - 2 * day
    )
    releases.ship_release(actor=bo, release_id=release, now=now - day)
    releases.create_release(actor=bo, version="1.5", target_on=date(2026, 11, 10), now=now)
    run_jobs()
    drafts = list(FollowUp.objects.filter(occasion="ship").order_by("pk"))
    told.record_sent(actor=Actor.system(), ids=[drafts[0].pk], said="By letter", now=now - day / 2)
    decisions.open_decision(actor=bo, question="Which calendar first?", now=now - 3 * day)
    chosen = decisions.open_decision(actor=bo, question="One price or two?", now=now - 3 * day)
    decisions.decide(
        actor=bo,
        decision_id=chosen,
        chosen="Two",
        rationale="Teams differ",
        revisit_on=date(2026, 11, 19),
        now=now - day,
    )
    actions.create(
        actor=bo, text="Call Tarn", owner_id=bo.user_id, due=date(2026, 11, 16), now=now - 9 * day
    )
    actions.create(
        actor=bo, text="Write it up", owner_id=cast.ann.user_id, due=date(2026, 11, 24), now=now
    )
    dashboards.create_dashboard(actor=bo, name="Swaps", now=now)
    assert WorkItem.objects.count() == 2
    return {"opportunity": opp, "bet": bet, "metric": metric, "release": release}


def test_every_block_the_templates_count_on_is_known():
    known = registry.known()
    assert [n for n in NAMES if n not in known] == []
    for block in (known[n] for n in NAMES):
        assert block.title
        assert block.about.endswith("."), block.name
        assert block.group != "Other", block.name


@pytest.mark.parametrize("name", NAMES)
def test_in_an_empty_house_a_block_says_what_to_do_and_claims_no_number(say, name):
    shown = say(name)
    assert shown.missing
    assert shown.value is None
    assert not shown.rows
    assert "—" not in shown.missing


SAID = {
    "metrics-moved": (1, "Swap time most: down 8 h"),
    "feedback-new": (3, "3 items arrived in the last 7 days, 2 more than"),
    "feedback-health": (100.0, "100 % of 4 items in the last 30 days came through the intake"),
    "themes": (1, "swaps was said most in the last 30 days: 4 times"),
    "bets-moving": (0, "1 shipped in the last 14 days"),
    "work-done": (
        1,
        "1 item finished in the last 7 days, 1 more than in the time before; half took at",
    ),
    "work-ageing": (1, "1 of 1 item under way is older than 14 days."),
    "work-blocked": (1, "1 item cannot go on."),
    "shipped": (1, "1 release shipped in the last 14 days, with 1 work item."),
    "releases-next": (1, "1 release to come, 1.5 first on 10 Nov; 1 past its day."),
    "decisions-open": (1, "1 decision waits, the oldest for 3 d: Which calendar first?"),
    "decisions-revisit": (1, "1 decision to look at again now, 0 in the next 14 days."),
    "decisions-made": (2, "2 decisions made in the last 14 days"),
    "told": (1, "1 person heard in the last 30 days"),
    "line-health": (None, "open thread"),
    "actions-open": (2, "2 actions open, 1 of them late."),
    "actions-overdue": (1, "1 action is late, the longest by 3 days."),
    "dashboards-unowned": (0, "Somebody answers for each of 1 dashboard."),
}


@pytest.mark.parametrize("name", SAID)
def test_with_a_company_a_block_says_it_in_one_sentence(
    say, company, name, django_assert_max_num_queries
):
    with django_assert_max_num_queries(CHEAP), reading():
        shown = say(name)
    value, words = SAID[name]
    assert not shown.missing
    assert words in shown.sentence.replace("\xa0", " ")
    if value is not None:
        assert shown.value == value
    assert shown.href.startswith("/")
    for row in shown.rows:
        assert len(row.cells) == len(shown.head)


def test_every_address_a_block_gives_opens(say, company, signed_in, cast):
    client = signed_in(cast.bo)
    shown = [say(name) for name in SAID]
    shown += [say("line", type="opportunity", id=str(company["opportunity"]))]
    for href in {s.href for s in shown} | {r.href for s in shown for r in s.rows}:
        if href:
            assert client.get(href).status_code == 200, href


def test_a_metric_says_value_change_and_where_it_opens(say, company, django_assert_max_num_queries):
    with django_assert_max_num_queries(CHEAP), reading():
        shown = say("metric", id=str(company["metric"]))
    assert shown.sentence == "Swap time: 12 h on 18 Nov, down 8 h on the value before."
    assert (shown.value, shown.unit) == (12.0, "h")
    assert shown.href == f"/measures/{company['metric']}"
    assert [r.cells[1] for r in shown.rows] == ["12 h", "20 h"]
    assert "<svg" in shown.svg


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"key": "activation_rate"}, "Activation rate: not yet measured"),
        ({"key": "escape_rate"}, "Defect escape rate: not yet measured"),
        ({"key": "moon_phase"}, "no metric moon_phase"),
        ({"id": "99999"}, "no longer there"),
        ({"id": "x"}, "is no number"),
        ({}, "Choose a metric"),
    ],
)
def test_a_metric_that_is_not_there_says_what_it_needs(cast, now, params, words):
    shown = registry.show(cast.bo, "metric", params, now)
    assert words in shown.missing
    assert shown.value is None


@pytest.mark.parametrize("days", ["0", "9999", "-3", "1e9", "seven", "9" * 40])
def test_days_that_make_no_sense_are_refused_in_a_sentence(cast, now, days):
    shown = registry.show(cast.bo, "feedback-new", {"days": days}, now)
    assert shown.missing


def test_actions_can_be_those_of_whoever_reads(say, company, cast):
    assert say("actions-open", mine="1").value == 1
    assert say("actions-open", actor=cast.ann, mine="1").value == 1
    assert say("actions-open", actor=cast.cy, mine="1").value == 0
    assert say("actions-open", source="decision").value == 0
    assert say("actions-open", source="decision:x").missing


def test_a_team_by_name_or_number_narrows_what_is_under_way(say, company):
    from loopline.platform.identity.models import Team

    crew, other = Team.objects.create(name="Crew"), Team.objects.create(name="Roster")
    assert "1 shipped" in say("bets-moving", team="Crew").sentence
    assert "1 shipped" in say("bets-moving", team=str(crew.pk)).sentence
    assert "none shipped" in say("bets-moving", team=str(other.pk)).sentence


def test_what_is_waiting_for_a_yes(say, company):
    from loopline.slices.told.models import FollowUp

    waits = FollowUp.objects.filter(state="draft").count()
    assert waits
    assert say("follow-ups-waiting").value == waits


def test_below_ten_answers_a_score_is_not_said(say, cast, now):
    from loopline.slices.surveys import services as surveys

    pk = surveys.create_survey(actor=cast.bo, kind="nps", values={"name": "N"}, now=now)
    surveys.open_survey(actor=cast.bo, survey_id=pk, now=now - timedelta(days=2))

    def answer(person, score):
        who = surveys.Person(external_id=person, certain=True)
        surveys.answer(
            actor=Actor.system(),
            survey_id=pk,
            reply=surveys.Reply(score),
            who=who,
            channel="api",
            now=now - timedelta(days=1),
        )

    for n in range(9):
        answer(f"p{n}", 9)
    few = say("survey-scores")
    assert few.value is None
    assert "9 answers" in few.sentence.replace("\xa0", " ")
    answer("p9", 0)
    enough = say("survey-scores")
    assert enough.value == pytest.approx(80)
    assert "NPS 80" in enough.sentence


def test_a_report_is_drawn_as_on_its_page(say, stored, cast, now):
    from loopline.slices.insights import services as insights

    stored([("publish", f"p{n % 4}", (now - timedelta(days=n)).isoformat()) for n in range(20)])
    body = {
        "event": "publish",
        "from": "2026-11-01T00:00:00",
        "to": "2026-11-19T00:00:00",
    }
    pk = insights.save_report(actor=cast.bo, name="Publishing", kind="trend", body=body, now=now)
    shown = say("report", id=str(pk))
    assert shown.sentence.startswith("Publishing: ")
    assert shown.rows
    assert "<svg" in shown.svg
    assert registry.known()["report"].slow


def test_who_may_not_see_reads_so_and_an_unknown_block_says_so(cast, now):
    nobody = Actor(cast.dee.role, cast.dee.via, None, "Token", "", scopes=frozenset({"doc.read"}))
    assert registry.show(nobody, "told", {}, now).missing == "You may not see this."
    assert "no block called nope" in registry.show(cast.bo, "nope", {}, now).missing
