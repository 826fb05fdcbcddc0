"""What people write in surveys comes into the intake once, follows their corrections, and stops at triage."""

import pytest

from loopline.platform.identity.actor import Actor
from loopline.slices.customers import services as customers
from loopline.slices.feedback import services as feedback
from loopline.slices.feedback.models import Feedback
from loopline.slices.surveys import queries, services
from loopline.slices.surveys.services import Person, Reply

GRETA = Person(email="greta@tarn.example", certain=True)


@pytest.fixture
def make(cast, now):
    """An open survey of a kind; Greta of Tarn is a contact."""
    customers.save_account(
        actor=cast.bo, changes={"name": "Tarn", "domain": "tarn.example"}, now=now
    )
    who = customers.Who(contact_email=GRETA.email, contact_name="Greta Holm")
    customers.resolve(actor=cast.bo, who=who, now=now)

    def made(kind):
        pk = services.create_survey(actor=cast.bo, kind=kind, values={"name": kind}, now=now)
        services.open_survey(actor=cast.bo, survey_id=pk, now=now)
        return pk

    return made


@pytest.fixture
def give(now):
    def given(survey, score, words="", who=GRETA):
        return services.answer(
            actor=Actor.system(), survey_id=survey, reply=Reply(score, "", words), who=who,
            channel="link", now=now,
        )  # fmt: skip

    return given


def test_words_become_feedback_once_and_follow_corrections_until_triage(
    make, give, cast, now, run_jobs
):
    survey = make("nps")
    given = give(survey, 3, "The rota is cut off on Friday.")
    run_jobs()
    item = Feedback.objects.get()
    assert (item.source, item.external_id) == ("survey", f"answer-{given.id}")
    assert (item.contact.name, item.account.name) == ("Greta Holm", "Tarn")
    assert queries.feedback_of([given.id]) == {given.id: (f"FB-{item.pk}", f"/feedback/{item.pk}")}
    give(survey, 4, "The rota is cut off on Fridays and Saturdays.")
    run_jobs()
    item.refresh_from_db()
    assert item.verbatim.endswith("Saturdays.")
    assert item.title.endswith("Saturdays.")
    feedback.accept(actor=cast.bo, feedback_id=item.pk, now=now)
    give(survey, 4, "Never mind.")
    run_jobs()
    item.refresh_from_db()
    assert item.verbatim.endswith("Saturdays.")
    assert Feedback.objects.count() == 1


def test_no_words_no_feedback_and_neither_from_colleagues(make, give, cast, run_jobs):
    give(make("nps"), 3)
    staff = make("stakeholders")
    give(staff, 4, "Decide faster", who=Person(user_id=cast.ann.user_id, certain=True))
    run_jobs()
    assert Feedback.objects.count() == 0


def test_a_claimed_address_is_not_made_a_contact_by_the_intake(make, give, run_jobs):
    give(make("nps"), 3, "Odd", who=Person(email="stranger@lund.example"))
    run_jobs()
    item = Feedback.objects.get()
    assert (item.contact_id, item.account_id) == (None, None)
