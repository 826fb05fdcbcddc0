"""Erasing a person reaches contacts, what they said and what they answered; words stay, as nobody's."""

import json

import pytest

from loopline.core.problems import NotAllowed
from loopline.platform.audit.models import AuditEntry
from loopline.platform.audit.queries import broken_links
from loopline.platform.discuss import services as discuss
from loopline.platform.search.queries import search
from loopline.slices.customers import queries as known
from loopline.slices.customers import services as customers
from loopline.slices.feedback import services
from loopline.slices.feedback.models import Feedback
from loopline.slices.insights import services as insights
from loopline.slices.surveys import services as surveys
from loopline.warehouse.records import Fact
from tests.events import micros

MAIL = "greta@tarn.example"


def _say(cast, now, words, who="", **more):
    name = who and "Greta Holm"
    of = customers.Who("Tarn", "tarn.example", contact_email=who, contact_name=name)
    ask = services.NewFeedback(source="email", verbatim=words, who=of, **more)
    return services.receive_feedback(actor=cast.bo, ask=ask, now=now).id


@pytest.fixture
def greta(stored, cast, now, run_jobs):
    """Greta of Tarn: seen in the product, a contact with a comment, with mail, an answer, and named by a colleague."""
    at = micros("2026-11-01T08:00")
    stored(
        [("signup", "greta-7", "2026-11-01T10:00")],
        [Fact("person", "greta-7", at, "", json.dumps({"email": MAIL}).encode())],
    )
    own = _say(cast, now, f"Please write to {MAIL}. Exports lose rows.", MAIL, raw={"from": MAIL})
    other = _say(cast, now, "Ask GRETA@tarn.example, not per@tarn.example", raw={"cc": [MAIL]})
    contact = known.contacts_by_email([MAIL])[MAIL].id
    customers.save_contact(actor=cast.bo, id_=contact, changes={"title": "Head nurse"}, now=now)
    discuss.comment(
        actor=cast.bo, object_type="contact", object_id=contact, text="Likes cake", now=now
    )
    survey = surveys.create_survey(actor=cast.bo, kind="nps", values={"name": "How is it"}, now=now)
    surveys.open_survey(actor=cast.bo, survey_id=survey, now=now)
    who = surveys.Person(email=MAIL, certain=True)
    surveys.answer(
        actor=cast.bo, survey_id=survey, reply=surveys.Reply(3, "", "It is slow on Mondays"), who=who,
        channel="link", now=now,
    )  # fmt: skip
    run_jobs()
    answered = Feedback.objects.get(source="survey").pk
    assert Feedback.objects.get(pk=answered).contact_id == contact
    return own, other, answered, contact


def test_erasing_reaches_everywhere(greta, signed_in, cast, token, client, now, run_jobs):
    own, other, answered, contact = greta
    done = insights.erase_person(actor=cast.ada, person="greta-7", typed="greta-7", now=now)
    run_jobs()
    row = known.contact_rows().get(pk=contact)
    assert (row.name, row.email, row.title) == ("Erased person", "", "")
    assert row.unsubscribed_at
    assert row.archived_at
    assert row.account_id == known.account_id_for(domain="tarn.example")
    items = {f.pk: f for f in Feedback.objects.all()}
    assert items[own].verbatim == "Please write to [erased]. Exports lose rows."
    assert items[other].verbatim == "Ask [erased], not per@tarn.example"
    assert items[answered].verbatim == "It is slow on Mondays"
    assert [items[i].contact_id for i in (own, answered)] == [None, None]
    assert items[own].account_id
    assert items[own].raw == {}
    assert items[other].raw == {"cc": ["[erased]"]}
    assert set(items[answered].raw) == {"survey", "name", "kind", "answer"}
    for words in ("greta", "Holm", "nurse", "cake"):
        assert [h for h in search(actor=cast.ada, text=words) if h.type != "report"] == []
    audit = json.dumps(list(AuditEntry.objects.values_list("content", flat=True))).lower()
    assert "greta" not in audit
    assert "cake" not in audit
    assert "nurse" not in audit
    assert list(broken_links()) == []
    page = signed_in(cast.bo).get(f"/contacts/{contact}").content.decode()
    assert "Erased person" in page
    assert "Likes cake" not in page
    assert "Head nurse" not in page
    found = client.get(f"/api/v1/erasures/{done.erasure}", headers=token("admin")).json()
    assert not found["waiting"]
    assert found["taken"] == {
        "ids": 2, "events": 1, "cohorts": 0, "contacts": 1, "comments": 1, "answers": 1, "asks": 0,
        "feedback": 2, "masked": 2, "follow_ups": 0, "quotes": 0,
    }  # fmt: skip


def test_it_does_not_matter_who_hears_first_and_again_changes_nothing(greta, cast, now, run_jobs):
    own, _, _, contact = greta
    ids = customers.forget_contacts(actor=cast.ada, theirs=MAIL.__eq__, erasure="k", now=now)
    assert ids == [contact]
    run_jobs()  # surveys and feedback hear of the contact only
    assert not Feedback.objects.filter(contact=contact).exists()
    taken = services.forget_authors(actor=cast.ada, contact_ids=ids, erasure="k", now=now)
    again = services.forget_addresses(actor=cast.ada, theirs=MAIL.__eq__, erasure="k", now=now)
    assert (taken, again) == (0, 2)
    version = Feedback.objects.get(pk=own).version
    assert services.forget_addresses(actor=cast.ada, theirs=MAIL.__eq__, erasure="k", now=now) == 0
    assert Feedback.objects.get(pk=own).version == version
    assert customers.forget_contacts(actor=cast.ada, theirs=MAIL.__eq__, erasure="k", now=now) == []


def test_only_who_may_erase_persons_may(greta, cast, now):
    for call in (
        lambda: customers.forget_contacts(
            actor=cast.bo, theirs=lambda e: True, erasure="k", now=now
        ),
        lambda: services.forget_authors(actor=cast.bo, contact_ids=[1], erasure="k", now=now),
        lambda: services.forget_addresses(
            actor=cast.bo, theirs=lambda e: True, erasure="k", now=now
        ),
        lambda: discuss.erase_comments(actor=cast.bo, object_type="contact", ids=[1], now=now),
    ):
        with pytest.raises(NotAllowed):
            call()
