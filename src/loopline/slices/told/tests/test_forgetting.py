"""Who is erased is nobody in what we told, and in what is quoted of them."""

import pytest

from loopline.core.problems import NotAllowed
from loopline.platform.identity.actor import Actor
from loopline.slices.customers import services as customers
from loopline.slices.customers.queries import contacts_by_email
from loopline.slices.feedback import services as feedback
from loopline.slices.roadmap import services as roadmap
from loopline.slices.roadmap.queries import quotes_of
from loopline.slices.told import services
from loopline.slices.told.models import FollowUp

pytestmark = pytest.mark.django_db
MAIL = "greta@tarn.example"


@pytest.fixture
def greta(cast, now):
    who = customers.Who("Tarn", "tarn.example", contact_email=MAIL, contact_name="Greta Holm")
    new = feedback.NewFeedback(source="email", verbatim="Exports lose rows.", who=who)
    item = feedback.receive_feedback(actor=cast.bo, ask=new, now=now).id
    opp = roadmap.create_opportunity(actor=cast.bo, title="Exports lose rows", now=now)
    words = f"Write to {MAIL.upper()} or per@tarn.example"
    roadmap.link_feedback(actor=cast.bo, feedback_id=item, opportunity_id=opp, quote=words, now=now)
    contact = contacts_by_email([MAIL])[MAIL].id
    for n, state in enumerate(("draft", "sent")):
        FollowUp.objects.create(
            told_key=f"k{n}", occasion="ship", feedback_id=item, opportunity_id=opp, contact_id=contact, address=MAIL,
            to_name="Greta Holm", channel="email", state=state, subject="It is here, Greta", text="Dear Greta",
            created_at=now, updated_at=now,
        )  # fmt: skip
    return contact, item, opp


def test_what_was_told_to_the_erased_is_kept_as_a_fact_alone(greta, cast, now, run_jobs):
    contact, _, _ = greta
    customers.forget_contacts(actor=cast.ada, theirs=MAIL.__eq__, erasure="k", now=now)
    run_jobs()
    found = list(FollowUp.objects.order_by("pk").values_list("state", "address", "to_name", "text"))
    assert found == [("suppressed", "", "", "[erased]"), ("sent", "", "", "[erased]")]
    system = Actor.system()
    assert (
        services.forget_recipients(actor=system, contact_ids=[contact], erasure="k", now=now) == 0
    )


def test_quotes_lose_the_address_and_keep_the_words(greta, cast, now):
    _, item, opp = greta
    for times in (1, 0):
        assert (
            roadmap.forget_quotes(
                actor=Actor.system(), theirs=lambda a: a.lower() == MAIL, erasure="k", now=now
            )
            == times
        )
    assert quotes_of([opp]) == {(item, opp): "Write to [erased] or per@tarn.example"}


def test_a_viewer_may_not(greta, cast, now):
    with pytest.raises(NotAllowed):
        roadmap.forget_quotes(actor=cast.dee, theirs=lambda a: True, erasure="k", now=now)
    with pytest.raises(NotAllowed):
        services.forget_recipients(actor=cast.dee, contact_ids=[1], erasure="k", now=now)
