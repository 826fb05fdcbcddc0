"""The stand-up through its doors: the plan, the tour, the squads with their pulse, the baseline."""

from datetime import timedelta

import pytest

from loopline.core.problems import Conflict, Invalid, Missing, NotAllowed
from loopline.platform.audit.queries import history
from loopline.platform.blocks import registry as blocks
from loopline.platform.entrance.services import set_team
from loopline.platform.identity.queries import team_members
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.services import NewDoc
from loopline.slices.feedback.models import Feedback
from loopline.slices.playbook.standup import (
    baselines,
    current,
    plan,
    pulse,
    squads,
    tools,
    tour,
)
from loopline.slices.playbook.standup.sheets import MAP, TOOLS, TOUR
from loopline.slices.surveys import services as asking
from loopline.slices.surveys.models import Answer, Survey
from loopline.slices.surveys.services import Person, Reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def bo(cast):
    return cast.bo


@pytest.fixture
def team(cast, now):
    who = [cast.ann.user_id, cast.bo.user_id, cast.cy.user_id, cast.ada.user_id]
    return set_team(actor=cast.olu, name="Scheduling", member_ids=who, now=now)


def block(actor, name, now, **params):
    return blocks.show(actor, name, params, now)


# the plan


def test_a_plan_begins_once_and_reads_its_checks(bo, now):
    first = plan.begin(actor=bo, now=now)
    assert plan.begin(actor=bo, now=now) == first
    found = plan.running(actor=bo, now=now)
    assert (found.day, found.done) == (1, 0)
    assert [s.state for s in found.stages] == ["now", "next", "next"]
    assert found.next.item.key == "agreed"
    writing.tick(actor=bo, doc_id=first, key="do_30", item="agreed", done=True, now=now)
    assert plan.running(actor=bo, now=now).next.item.key == "tour"
    tour.begin(actor=bo, lines="Ruth Holm, Sales", now=now)
    row = docs.of_template(TOUR)[0].data["people"][0]["id"]
    tour_id = docs.of_template(TOUR)[0].id
    writing.change_row(
        actor=bo, doc_id=tour_id, key="people", row_id=row, values={"state": "Heard"}, now=now
    )
    assert plan.running(actor=bo, now=now).next.item.key == "map"


def test_what_has_nothing_to_measure_is_neither_done_nor_zero(bo, now):
    plan.begin(actor=bo, now=now)
    found = plan.running(actor=bo, now=now)
    gates = {i.item.key: i for i in found.stages[1].gate.items}
    assert gates["pulse"].done is None
    assert gates["intake"].shown.value is None
    assert gates["intake"].shown.connect == "/rollout/squads"


def test_a_stage_whose_days_are_over_is_held_by_what_is_open(bo, now):
    plan.begin(actor=bo, starts=(now - timedelta(days=40)).date(), now=now)
    found = plan.running(actor=bo, now=now)
    assert found.day == 41
    assert [s.state for s in found.stages] == ["held", "now", "next"]
    assert found.now.key == "30"


def test_every_check_of_the_plan_names_a_block_of_here(bo, now):
    plan.begin(actor=bo, now=now)
    for stage in plan.running(actor=bo, now=now).stages:
        for item in stage.items:
            if item.item.check:
                assert item.item.check.block in blocks.known(), item.item.key


def test_who_may_only_read_begins_nothing(cast, now):
    for who in (cast.dee, cast.ann):
        with pytest.raises(NotAllowed):
            plan.begin(actor=who, now=now)
        assert plan.running(actor=who, now=now) is None


# the tour


def test_people_are_read_a_line_at_a_time_and_added_once(bo, now):
    first = tour.begin(actor=bo, lines="Ruth Holm, Sales\n\nKim Oduya, engineering\n", now=now)
    assert tour.begin(actor=bo, lines="ruth holm, Sales\nMo Tan, Support", now=now) == first
    people = docs.by_ids([first])[first].data["people"]
    assert [(p["name"], p["role"]) for p in people] == [
        ("Ruth Holm", "Sales"), ("Kim Oduya", "Engineering"), ("Mo Tan", "Support")
    ]  # fmt: skip


def test_a_role_that_is_none_is_refused_with_its_line(bo, now):
    with pytest.raises(Invalid) as wrong:
        tour.begin(actor=bo, lines="Ruth Holm, Wizard", now=now)
    assert "Ruth Holm, Wizard" in wrong.value.errors["people"]
    assert docs.of_template(TOUR) == []


def heard(bo, now, *people):
    """A tour on which these were heard: (name, role, pains, words)."""
    doc = tour.begin(actor=bo, now=now)
    for name, role, pains, words in people:
        values = {"name": name, "role": role, "state": "Heard", "pains": pains, "words": words}
        writing.add_row(actor=bo, doc_id=doc, key="people", values=values, now=now)
    return doc


def test_pains_are_counted_by_who_named_them_and_roles_against_the_goal(bo, now):
    doc = heard(
        bo,
        now,
        ("Ruth", "Sales", "no dates, lost asks", "Nobody tells me."),
        ("Sam", "Sales", "no dates", "I guess."),
        ("Kim", "Engineering", "lost asks", ""),
        ("Mo", "Support", "no dates", ""),
    )
    found = tour.read(docs.by_ids([doc])[doc])
    assert [(p.tag, len(p.voices), p.roles) for p in found.pains] == [
        ("no dates", 3, 2), ("lost asks", 2, 2)
    ]  # fmt: skip
    by = {r.name: r for r in found.roles}
    assert by["Sales"].there
    assert not by["Engineering"].there
    assert not by["Founder"].there
    assert block(bo, "tour-roles", now).value == pytest.approx(100 / 8, abs=0.1)


def test_pains_come_into_the_intake_once_and_link_back(bo, now, run_jobs):
    doc = heard(bo, now, ("Ruth", "Sales", "no dates, lost asks", "Nobody tells me."))
    run_jobs()
    items = Feedback.objects.filter(source="internal").order_by("title")
    assert [i.title for i in items] == ["Lost asks (Ruth, Sales)", "No dates (Ruth, Sales)"]
    assert items[0].verbatim == "Nobody tells me."
    assert items[0].submitted_by_id == bo.user_id
    row = docs.by_ids([doc])[doc].data["people"][0]["id"]
    writing.change_row(
        actor=bo, doc_id=doc, key="people", row_id=row, values={"words": "Nobody does."}, now=now
    )
    run_jobs()
    assert Feedback.objects.filter(source="internal").count() == 2
    voice = tour.read(docs.by_ids([doc])[doc], items=True).pains[0].voices[0]
    assert voice.href == f"/feedback/{items[0].pk}"
    from loopline.platform.links.services import linked_ids

    found = linked_ids(
        first_type="feedback", second_ids=[doc], second_type="doc", relation="relates to"
    )
    assert set(found[doc]) == {i.pk for i in items}


def test_who_is_only_booked_says_nothing_yet(bo, now, run_jobs):
    doc = tour.begin(actor=bo, now=now)
    values = {"name": "Ruth", "role": "Sales", "state": "Booked", "pains": "no dates"}
    writing.add_row(actor=bo, doc_id=doc, key="people", values=values, now=now)
    run_jobs()
    assert Feedback.objects.count() == 0
    assert tour.read(docs.by_ids([doc])[doc]).pains == ()


def test_booking_makes_one_page_of_notes(bo, now):
    doc = tour.begin(actor=bo, lines="Ruth Holm, Sales", now=now)
    row = docs.by_ids([doc])[doc].data["people"][0]["id"]
    notes = tour.book(actor=bo, doc_id=doc, row_id=row, now=now)
    assert tour.book(actor=bo, doc_id=doc, row_id=row, now=now) == notes
    after = docs.by_ids([doc, notes])
    assert after[doc].data["people"][0]["state"] == "Booked"
    assert after[doc].data["people"][0]["notes"] == f"/docs/{notes}"
    assert after[notes].parent_id == doc
    with pytest.raises(Missing):
        tour.book(actor=bo, doc_id=doc, row_id="nope", now=now)


# the map


def test_the_map_adds_up_what_was_told_and_finds_the_longest(bo, now):
    doc = writing.create_doc(actor=bo, new=NewDoc("", MAP), now=now)
    assert block(bo, "map-owned", now).value is None
    for step, wait, owner in (
        ("Heard on a call", "6", "Bo"),
        ("Review", "11.5", ""),
        ("Out", "", "Cy"),
    ):
        values = {"step": step, "wait": wait, "owner": owner, "station": "Built"}
        writing.add_row(actor=bo, doc_id=doc, key="steps", values=values, now=now)
    found = current.read(docs.by_ids([doc])[doc])
    assert (found.total, found.longest.name) == (17.5, "Review")
    assert block(bo, "map-owned", now).value == 0
    drawing = current.drawn(found.steps)
    assert "17.5 days" in drawing
    assert drawing.count("<svg") == 2


def test_a_map_without_waits_has_no_total_and_no_drawing(bo, now):
    doc = writing.create_doc(actor=bo, new=NewDoc("", MAP), now=now)
    writing.add_row(actor=bo, doc_id=doc, key="steps", values={"step": "Heard"}, now=now)
    found = current.read(docs.by_ids([doc])[doc])
    assert found.total is None
    assert current.drawn(found.steps) == ""


# squads


def test_a_squad_gets_its_minimum_in_one_go_and_only_once(bo, team, now):
    squads.set_up(actor=bo, team_id=team, why="Willing lead", now=now)
    found = squads.squad(actor=bo, team_id=team, now=now)
    assert found.complete
    before = {m.href for h in found.parts for m in h.made}
    squads.set_up(actor=bo, team_id=team, now=now)
    again = squads.squad(actor=bo, team_id=team, now=now)
    assert {m.href for h in again.parts for m in h.made} == before
    intake = docs.of_template("squad-intake", team_id=team)[0]
    body = docs.one(actor=bo, doc_id=intake.id).body
    assert "Scheduling" in body
    assert "tags=scheduling" in body
    assert (
        f"team={team} "
        in docs.one(actor=bo, doc_id=docs.of_template("squad-metrics", team_id=team)[0].id).body
    )


def test_its_own_playbook_is_text_with_what_it_wrote(bo, team, now):
    squads.set_up(actor=bo, team_id=team, why="Willing lead", now=now)
    agreement = docs.of_template("working-agreement", team_id=team)[0].id
    writing.fill(actor=bo, doc_id=agreement, key="ready", value="Fits a week | or less", now=now)
    pages = squads.sheets(actor=bo, team_id=team, now=now)
    text = squads.as_text(pages)
    assert "# How Scheduling works" in text
    assert "Fits a week | or less" in text
    assert "- [ ] Its tests pass, the old ones too" in text
    assert "{{" not in text
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(squads.as_zip(pages))) as packed:
        assert packed.namelist()[0] == "00-readme.md"
        assert len(packed.namelist()) == len(pages)


def answered(survey, now, *given):
    for n, (score, words) in enumerate(given):
        asking.answer(
            actor=pulse.ACTOR,
            survey_id=survey,
            reply=Reply(score, "", words),
            who=Person(browser=f"browser-number-{n}"),
            channel="link",
            now=now,
        )


def test_a_squad_is_asked_on_its_days_once_and_without_names(bo, cast, team, now):
    squads.set_up(actor=bo, team_id=team, now=now)
    assert pulse.send_due(now=now + timedelta(days=13)) == 0
    later = now + timedelta(days=14)
    assert pulse.send_due(now=later) == 1
    assert pulse.send_due(now=later) == 0
    assert pulse.send_due(now=later + timedelta(days=5)) == 0
    survey = Survey.objects.get()
    assert (survey.state, survey.to_intake) == ("open", False)
    from loopline.platform.notify.models import Notification

    told = Notification.objects.filter(kind="pulse")
    assert {n.user_id for n in told} == set(team_members()[team])
    assert {n.url for n in told} == {f"/survey/{survey.key}"}
    answered(survey.pk, later, (4, "Fewer meetings"))
    row = Answer.objects.get()
    assert (row.user_id, row.contact_id, row.address, row.name) == (None, None, "", "")
    (said,) = history("survey-answer", row.pk)
    assert said.after == {}  # a score with its time would say whose it was
    assert pulse.send_due(now=now + timedelta(days=30)) == 1
    assert Survey.objects.count() == 2


def test_no_answer_of_a_squad_is_shown_by_itself(bo, cast, team, now, signed_in, token, client):
    squads.set_up(actor=bo, team_id=team, now=now)
    later = now + timedelta(days=14)
    pulse.send_due(now=later)
    survey = Survey.objects.get().pk
    answered(survey, later, (1, "Bring the old board back"))
    web = signed_in(cast.ada)
    for url in (
        f"/surveys/{survey}",
        f"/surveys/{survey}/answers",
        f"/surveys/{survey}/answers.csv",
    ):
        page = web.get(url)
        assert b"old board" not in (page.getvalue() if page.streaming else page.content), url
    admin, at = token("admin"), f"/api/v1/surveys/{survey}"
    assert client.get(f"{at}/answers", headers=admin).json()["items"] == []
    found = client.get(f"{at}/results", headers=admin).json()
    assert not found["distribution"]
    assert found["score"] is None


def test_a_round_that_was_missed_is_left_out(bo, team, now):
    squads.set_up(actor=bo, team_id=team, starts=(now - timedelta(days=31)).date(), now=now)
    assert pulse.send_due(now=now) == 1
    assert Survey.objects.get().name == "Pulse of Scheduling, day 30"


def test_an_old_set_up_and_a_team_of_nobody_are_not_asked(bo, cast, now):
    empty = set_team(actor=cast.olu, name="Nobody", member_ids=[], now=now)
    squads.set_up(actor=bo, team_id=empty, starts=(now - timedelta(days=14)).date(), now=now)
    old = set_team(actor=cast.olu, name="Old", member_ids=[bo.user_id], now=now)
    squads.set_up(actor=bo, team_id=old, starts=(now - timedelta(days=90)).date(), now=now)
    assert pulse.send_due(now=now) == 0


def test_the_copy_waits_until_what_the_squad_says_was_read(bo, cast, team, now):
    squads.set_up(actor=bo, team_id=team, now=now)
    other = set_team(actor=cast.olu, name="Payroll", member_ids=[cast.cy.user_id], now=now)
    with pytest.raises(Conflict, match="asked on day 14"):
        squads.copy(actor=bo, source=team, target=other, now=now)
    later = now + timedelta(days=14)
    pulse.send_due(now=later)
    survey = Survey.objects.get().pk
    answered(survey, later, (4, "One place"), (5, ""))
    with pytest.raises(Conflict, match="2 of at least 3"):
        pulse.mark_read(actor=bo, team_id=team, day=14, now=later)
    assert block(bo, "pulse", later, day="14").value is None
    answered(survey, later, (4, "One place"), (5, ""), (3, "Fewer lines"))
    assert block(bo, "pulse", later, day="14").value == 4
    with pytest.raises(Conflict, match="Read what the squad said"):
        squads.copy(actor=bo, source=team, target=other, now=later)
    pulse.mark_read(actor=bo, team_id=team, day=14, now=later)
    squads.copy(actor=bo, source=team, target=other, now=later)
    with pytest.raises(Conflict, match="set up already"):
        squads.copy(actor=bo, source=team, target=other, now=later)


def test_a_copy_shares_nothing_by_accident(bo, cast, team, now):
    squads.set_up(actor=bo, team_id=team, why="Because", now=now)
    page = {
        k: docs.of_template(k, team_id=team)[0].id
        for k in ("working-agreement", "release-checklist", "squad-intake")
    }
    writing.fill(
        actor=bo,
        doc_id=page["working-agreement"],
        key="ready",
        value="Scheduling takes a week",
        now=now,
    )
    writing.tick(
        actor=bo, doc_id=page["release-checklist"], key="lines", item="why", done=True, now=now
    )
    writing.fill(actor=bo, doc_id=page["squad-intake"], key="reads", value="Bo", now=now)
    later = now + timedelta(days=14)
    pulse.send_due(now=later)
    answered(Survey.objects.get().pk, later, (4, ""), (5, ""), (3, ""))
    pulse.mark_read(actor=bo, team_id=team, day=14, now=later)
    other = set_team(actor=cast.olu, name="Payroll", member_ids=[cast.cy.user_id], now=now)
    squads.copy(actor=bo, source=team, target=other, now=later)
    copied = {k: docs.of_template(k, team_id=other)[0] for k in page}
    assert copied["working-agreement"].data == {"ready": "Payroll takes a week"}
    assert copied["release-checklist"].data == {}
    assert copied["squad-intake"].data == {}
    body = docs.one(actor=bo, doc_id=copied["squad-intake"].id).body
    assert "Scheduling" not in body
    assert "tags=payroll" in body
    metrics = docs.one(actor=bo, doc_id=docs.of_template("squad-metrics", team_id=other)[0].id).body
    assert f"team={other} " in metrics
    assert f"team={team} " not in metrics
    setup = squads.setups_by_team()[other]
    assert "pulses" not in setup.data
    writing.fill(
        actor=bo, doc_id=copied["working-agreement"].id, key="ready", value="Two", now=later
    )
    assert (
        docs.by_ids([page["working-agreement"]])[page["working-agreement"]].data["ready"]
        == "Scheduling takes a week"
    )


# tools, baseline


def test_tools_add_up_and_overlap_by_what_they_are_for(bo, now):
    doc = writing.create_doc(actor=bo, new=NewDoc("", TOOLS), now=now)
    for name, owner, cost, what, answer in (
        ("Linear", "Bo", "400", "issues", "Keep"), ("Jira", "", "900", "issues, roadmap", "Replace"),
        ("Trello", "", "50", "issues", "Retire"), ("Sheet", "", "", "roadmap", "Keep"),
    ):  # fmt: skip
        values = {"name": name, "owner": owner, "cost": cost, "for": what, "answer": answer}
        writing.add_row(actor=bo, doc_id=doc, key="tools", values=values, now=now)
    found = tools.read(docs.by_ids([doc])[doc])
    assert (found.cost, found.unknown, found.freed) == (1350, 1, 950)
    assert [(o.what, o.names, o.cost) for o in found.overlaps] == [
        ("issues", ("Linear", "Jira"), 1300), ("roadmap", ("Jira", "Sheet"), 900)
    ]  # fmt: skip
    assert found.unowned == ("Jira", "Sheet")
    assert block(bo, "tools-unowned", now).value == 2


def test_a_baseline_keeps_what_was_and_says_what_was_not_measured(bo, now):
    from loopline.slices.measures import queries as measures
    from loopline.slices.measures import services as measuring

    made = baselines.take(actor=bo, now=now)
    first = baselines.first_of(actor=bo)
    assert first.doc_id == made
    assert {w.value for w in first.values.values()} == {None}
    assert all(w.missing for w in first.values.values())
    assert {name for name, _ in baselines.absent()} == {"Activation rate", "Time to value"}
    metric = measures.installed()["cycle-time"][0]
    with pytest.raises(Conflict):
        measuring.compute_now(
            actor=bo, metric_id=measuring.create_metric(actor=bo, name="Typed", now=now), now=now
        )
    measuring.record_value(actor=bo, metric_id=metric, value=5.4, now=now)
    again = baselines.take(actor=bo, now=now)
    assert again != made
    assert baselines.first_of(actor=bo).values[metric].value is None
    assert baselines.baselines(actor=bo)[1].values[metric].value == 5.4


def test_blocks_say_what_is_missing_on_an_empty_workspace(cast, now):
    for name, block_ in blocks.known().items():
        if block_.group == "Stand-up":
            shown = block(cast.dee, name, now)
            assert shown.missing or shown.value == 0, name
            assert shown.connect or shown.value == 0, name
