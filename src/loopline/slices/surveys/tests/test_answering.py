"""Answers through the door: one per person, corrected while open, and what becomes of the words."""

from datetime import timedelta

import pytest

from loopline.core.problems import Conflict, Invalid, Missing, NotAllowed
from loopline.platform.identity.actor import Actor
from loopline.slices.customers.queries import contacts_by_email
from loopline.slices.surveys import queries, services
from loopline.slices.surveys.models import Answer
from loopline.slices.surveys.results import results
from loopline.slices.surveys.services import Person, Reply

SYSTEM = Actor.system("Survey")


@pytest.fixture
def give(now):
    def given(survey, score=None, words="", who=None, at=now, **more):
        who = who or Person(email="greta@tarn.example", certain=True)
        reply = Reply(score, more.pop("choice", ""), words)
        return services.answer(
            actor=SYSTEM, survey_id=survey, reply=reply, who=who, channel="link", now=at, **more
        )

    return given


def test_a_later_answer_corrects_the_first(make, give, people, now):
    survey = make("nps")
    first = give(survey, 3, "Slow")
    again = give(survey, 3, "Slow")
    later = give(survey, 9, "Quick now", at=now + timedelta(hours=1))
    assert (first.created, again.changed, later.created, later.changed) == (
        True,
        False,
        False,
        True,
    )
    assert first.id == again.id == later.id
    row = Answer.objects.get()
    assert (row.score, row.words, row.corrections, row.contact_id) == (
        9,
        "Quick now",
        1,
        people.greta,
    )
    assert row.at == now + timedelta(hours=1)
    assert row.first_at == now
    assert row.account.name == "Tarn"


def test_an_occasion_lets_a_person_answer_once_for_each(make, give, people):
    survey = make("csat")
    for ticket in ("T-1", "T-2", "T-1"):
        give(survey, 5, occasion=ticket)
    assert Answer.objects.count() == 2
    assert results(Answer.objects.first().survey).n == 2


def test_nps_takes_the_latest_of_each_person(make, give, people, now):
    survey = make("nps")
    give(survey, 2, occasion="Q1")
    give(survey, 10, occasion="Q2", at=now + timedelta(days=1))
    found = results(Answer.objects.first().survey)
    assert (found.answers, found.n, found.score.value) == (2, 1, 100)


@pytest.mark.parametrize("state", ["draft", "closed", "archived"])
def test_only_an_open_survey_takes_answers(make, give, people, cast, now, state):
    survey = make("nps", opened=state != "draft")
    if state == "closed":
        services.close_survey(actor=cast.bo, survey_id=survey, now=now)
    if state == "archived":
        services.archive_many(actor=cast.bo, ids=[survey], now=now)
    with pytest.raises(Conflict):
        give(survey, 9)
    assert Answer.objects.count() == 0


@pytest.mark.parametrize("score", [None, -1, 11, True, 10**30])
def test_a_number_off_the_scale_is_refused(make, give, people, score):
    with pytest.raises(Invalid):
        give(make("nps"), score)


def test_each_form_wants_its_own_part(make, give, people):
    choice = make("custom", form="choice", choices=["Rota", "Swaps"])
    text = make("custom", form="text", name="Words")
    scale = make("custom", least=0, most=3, name="Scale")
    with pytest.raises(Invalid):
        give(choice, choice="rota")
    give(choice, choice="Rota", words="Daily")
    with pytest.raises(Invalid):
        give(text, words="   \x00 ")
    give(text, words="All of it")
    with pytest.raises(Invalid):
        give(scale, 4)
    give(scale, 0)
    with pytest.raises(Invalid, match="characters"):
        give(text, words="x" * 5001)
    assert results(Answer.objects.get(survey_id=choice).survey).distribution == [
        ("Rota", 1),
        ("Swaps", 0),
    ]


def test_somebody_elses_claim_does_not_replace_a_certain_answer(make, give, people):
    survey = make("nps")
    give(survey, 9, "Love it")
    claim = give(survey, 0, "Hate it", who=Person(email="GRETA@tarn.example"))
    assert (claim.kept, claim.changed) == (False, False)
    assert Answer.objects.get().score == 9
    other = make("nps", name="Other")
    give(other, 2, who=Person(email="greta@tarn.example"))
    give(other, 8)
    row = Answer.objects.get(survey_id=other)
    assert (row.score, row.certain) == (8, True)


def test_a_claim_makes_no_contact_but_a_certain_one_does(make, give, people):
    survey = make("nps")
    give(survey, 5, who=Person(email="new@lund.example"))
    assert contacts_by_email(["new@lund.example"]) == {}
    give(survey, 5, who=Person(email="sure@lund.example", name="Sure", certain=True))
    assert contacts_by_email(["sure@lund.example"])["sure@lund.example"].name == "Sure"
    assert Answer.objects.get(address="sure@lund.example").account.name == "Lund"


def test_nobody_answers_namelessly_without_a_browser(make, give, people):
    with pytest.raises(Invalid):
        give(make("nps"), 5, who=Person())
    with pytest.raises(Missing):
        give(make("nps", name="x"), 5, who=Person(ask_id=999_999))


def test_who_only_views_gives_and_opens_nothing(make, cast, now):
    survey = make("nps")
    with pytest.raises(NotAllowed):
        services.answer(
            actor=cast.dee, survey_id=survey, reply=Reply(9), who=Person(email="a@b.example"),
            channel="api", now=now,
        )  # fmt: skip
    for act in (services.open_survey, services.close_survey):
        with pytest.raises(NotAllowed):
            act(actor=cast.ann, survey_id=survey, now=now)


def test_colleagues_are_told_apart_by_role(make, give, cast):
    staff = make("stakeholders")
    give(staff, 4, "Decide faster", who=Person(user_id=cast.ann.user_id, certain=True))
    found = results(Answer.objects.get(survey_id=staff).survey)
    assert [name for name, _ in found.breakdown["role"]] == ["member"]


def test_the_score_over_a_window_of_all_surveys_of_a_kind(make, give, people, now):
    one, two = make("nps"), make("nps", name="Second")
    for i in range(6):
        give(one, 10, who=Person(external_id=f"p{i}", certain=True))
        give(two, 0, who=Person(external_id=f"q{i}", certain=True), at=now + timedelta(days=2))
    give(two, 9, who=Person(external_id="p0", certain=True), at=now + timedelta(days=2))
    window = {"start": now, "end": now + timedelta(days=3)}
    value, n, low, high = queries.score_at(survey_kind="nps", **window)
    assert (value, n) == (0, 12)
    assert low < 0 < high
    assert queries.score_at(survey_kind="nps", start=now, end=now + timedelta(days=1)) is None
    assert queries.score_at(survey_kind="csat", **window) is None
    assert queries.score_at(survey_kind="custom", **window) is None


def test_the_wording_stays_once_it_was_answered(make, give, people, cast, now):
    survey = make("nps")
    change = {"actor": cast.bo, "id_": survey, "now": now}
    services.change_survey(changes={"question": "Would you recommend it?"}, **change)
    give(survey, 9)
    with pytest.raises(Conflict, match="wording"):
        services.change_survey(changes={"question": "Anything else?"}, **change)
    services.change_survey(changes={"name": "Spring", "follow_up": "Why?"}, **change)


def test_opening_and_closing_can_be_taken_back(make, cast, now):
    from loopline.platform.undo.steps import undo
    from loopline.slices.surveys.models import Survey

    survey = make("nps", opened=False)
    token = services.open_survey(actor=cast.bo, survey_id=survey, now=now)
    assert services.open_survey(actor=cast.bo, survey_id=survey, now=now) == ""
    undo(actor=cast.bo, token=token, now=now)
    assert Survey.objects.get().state == "draft"
    services.open_survey(actor=cast.bo, survey_id=survey, now=now)
    token = services.close_survey(actor=cast.bo, survey_id=survey, now=now)
    services.change_survey(actor=cast.cy, id_=survey, changes={"name": "Other"}, now=now)
    with pytest.raises(Conflict):
        undo(actor=cast.bo, token=token, now=now)


def test_surveys_open_and_close_on_their_days(make, cast, now):
    from loopline.slices.surveys.models import Survey

    day = now.date()
    soon = make("nps", opened=False, opens_on=day)
    over = make("csat", closes_on=day - timedelta(days=1), opened=False)
    Survey.objects.filter(pk=over).update(state="open")
    last = make("ces", closes_on=day)
    services.keep_the_days(actor=SYSTEM, now=now)
    states = dict(Survey.objects.values_list("pk", "state"))
    assert states == {soon: "open", over: "closed", last: "open"}
    with pytest.raises(Conflict, match="last day"):
        services.open_survey(actor=cast.bo, survey_id=over, now=now)
    with pytest.raises(Invalid, match="before"):
        services.change_survey(
            actor=cast.bo, id_=last, changes={"opens_on": day + timedelta(days=3)}, now=now
        )
