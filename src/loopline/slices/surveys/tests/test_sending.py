"""Asking by e-mail: who is meant, each once, nothing while sending is off, nothing a second time."""

import os
import re

import pytest

from loopline.core.problems import Conflict, Invalid
from loopline.platform.identity.actor import Actor
from loopline.platform.jobs.models import Job
from loopline.platform.notify.models import Notification
from loopline.platform.settings import options
from loopline.platform.undo.steps import undo
from loopline.slices.customers.queries import accounts_by_id, contacts_by_email, contacts_by_id
from loopline.slices.customers.services import Who, resolve_many
from loopline.slices.surveys import audience, jobs, services
from loopline.slices.surveys.models import Ask, Survey
from loopline.slices.surveys.services import Person, Reply


@pytest.fixture
def send(cast, now):
    from datetime import timedelta

    def sent(survey, **meant):
        return services.send_survey(
            actor=cast.bo, survey_id=survey, audience=meant, now=now, grace=timedelta(0)
        )

    return sent


def test_everybody_who_fits_is_asked_once(make, send, people, mails, run_jobs):
    survey = make("nps")
    done = send(survey, segments=["Enterprise"], personas=["Nurse"])
    assert (done.asked, done.already) == (1, 0)
    again = send(survey, segments=["Enterprise"])
    assert (again.asked, again.already) == (1, 1)
    run_jobs()
    assert sorted(str(m["To"]) for m in mails()) == ["greta@tarn.example", "per@tarn.example"]
    third = send(survey, segments=["Enterprise"])
    assert (third.asked, third.already) == (0, 2)
    run_jobs()
    assert len(mails()) == 2
    assert set(Ask.objects.values_list("state", flat=True)) == {"sent"}


def test_who_unsubscribed_or_has_no_address_is_counted_and_left_alone(
    make, send, people, mails, run_jobs
):
    done = send(make("nps"), everybody=True)
    assert (done.asked, done.unsubscribed, done.no_address) == (3, 1, 1)
    run_jobs()
    assert "gone@lund.example" not in {str(m["To"]) for m in mails()}


def test_a_pasted_list_makes_contacts_of_strangers(make, send, people, mails, run_jobs):
    survey = make("nps")
    pasted = "greta@tarn.example; New <NEW@lund.example>,\nnot an address\ngone@lund.example"
    done = send(survey, addresses=pasted)
    assert (done.asked, done.unsubscribed, done.wrong) == (2, 1, ("not an address",))
    run_jobs()
    assert sorted(str(m["To"]) for m in mails()) == ["greta@tarn.example", "new@lund.example"]
    new = contacts_by_email(["new@lund.example"])["new@lund.example"]
    assert accounts_by_id([new.account_id])[new.account_id].name == "Lund"
    assert "addresses" not in Survey.objects.get().audience


@pytest.mark.parametrize(
    "meant", [{}, {"segments": []}, {"segments": ["Nobody"]}, {"addresses": "?"}]
)
def test_nobody_meant_is_said(make, send, people, meant):
    with pytest.raises(Invalid):
        send(make("nps"), **meant)
    assert Job.objects.filter(task__contains="surveys.jobs.send").count() == 0


def test_a_closed_survey_asks_nobody(make, send, people, cast, now):
    with pytest.raises(Conflict, match="Open"):
        send(make("nps", opened=False), everybody=True)


def test_the_mail_offers_each_number_and_a_way_out(make, send, people, mails, run_jobs):
    survey = make("nps", intro="We <read> each answer.", question='Would you "recommend" us & why?')
    send(survey, personas=["Admin"])
    run_jobs()
    (mail,) = mails()
    ask = Ask.objects.get()
    assert mail["Subject"] == 'Would you "recommend" us & why?'
    assert f"/survey/{ask.token}/stop" in mail["List-Unsubscribe"]
    html = mail.get_body(("html",)).get_content()
    assert len(set(re.findall(rf"/survey/{ask.token}\?score=(\d+)", html))) == 11
    assert "&lt;read&gt;" in html
    assert "<read>" not in html
    text = mail.get_body(("plain",)).get_content()
    assert "Hello Per," in text
    assert f"/survey/{ask.token}" in text


def test_nothing_leaves_a_home_that_is_switched_off(make, send, people, mails, run_jobs, cast, now):
    options.change(actor=cast.olu, values={"sending": False}, now=now)
    send(make("nps"), everybody=True)
    run_jobs()
    assert mails() == []
    assert set(Ask.objects.values_list("state", "said")) == {("queued", jobs.HELD)}
    options.change(actor=cast.olu, values={"sending": True}, now=now)
    jobs.send_held.func()
    run_jobs()
    jobs.send_held.func()
    run_jobs()
    assert len(mails()) == 3


def test_a_crash_while_sending_sends_nothing_twice(make, send, people, mails, run_jobs):
    send(make("nps"), personas=["Admin"])
    Ask.objects.update(state="sending")
    run_jobs()
    assert mails() == []
    assert Ask.objects.get().said == jobs.UNSURE
    jobs.send.func(Ask.objects.get().pk)
    assert mails() == []


def test_who_answered_or_unsubscribed_meanwhile_is_spared(make, send, people, mails, run_jobs, now):
    survey = make("nps")
    send(survey, everybody=True)
    system = Actor.system()
    who = Person(email="greta@tarn.example", certain=True)
    services.answer(
        actor=system, survey_id=survey, reply=Reply(9), who=who, channel="link", now=now
    )
    token = Ask.objects.get(contact_id=people.per).token
    services.stop_asking(actor=system, token=token, now=now)
    services.stop_asking(actor=system, token=token, now=now)
    run_jobs()
    assert [str(m["To"]) for m in mails()] == ["ida@lund.example"]
    assert contacts_by_id([people.per])[people.per].unsubscribed_at == now


def test_asking_can_be_taken_back_until_it_left(make, cast, people, mails, run_jobs, now):
    survey = make("nps")
    done = services.send_survey(
        actor=cast.bo, survey_id=survey, audience={"everybody": True}, now=now
    )
    undo(actor=cast.bo, token=done.undo, now=now)
    assert Ask.objects.count() == 0
    run_jobs()
    assert mails() == []
    again = services.send_survey(
        actor=cast.bo, survey_id=survey, audience={"everybody": True}, now=now
    )
    assert again.asked == 3
    Ask.objects.update(state="sent")
    with pytest.raises(Conflict):
        undo(actor=cast.bo, token=again.undo, now=now)


def test_colleagues_are_asked_by_role_here_and_by_mail(make, send, cast, mails, run_jobs):
    survey = make("stakeholders")
    with pytest.raises(Invalid):
        send(survey, roles=["king"])
    done = send(survey, roles=["member", "viewer"])
    assert done.asked == 2
    run_jobs()
    assert sorted(str(m["To"]) for m in mails()) == ["ann@oakrow.example", "dee@oakrow.example"]
    assert mails()[0]["List-Unsubscribe"] is None
    seen = Notification.objects.get(user_id=cast.ann.user_id)
    assert seen.url == f"/survey/{Ask.objects.get(user_id=cast.ann.user_id).token}"


def test_without_a_mail_server_colleagues_see_it_here_and_customers_fail(
    make, send, cast, people, run_jobs, monkeypatch
):
    monkeypatch.delenv("LOOPLINE_SMTP_URL", raising=False)
    assert "LOOPLINE_SMTP_URL" not in os.environ
    send(make("stakeholders"), roles=["member"])
    send(make("nps"), personas=["Admin"])
    run_jobs()
    inside, outside = Ask.objects.get(contact=None), Ask.objects.get(user=None)
    assert (inside.state, inside.said) == ("sent", "Shown in Loopline")
    assert (outside.state, outside.said) == ("failed", jobs.NO_SERVER)
    assert Notification.objects.count() == 1


def test_choosing_takes_few_queries_however_many(
    make, people, django_assert_max_num_queries, cast, now
):
    survey = Survey.objects.get(pk=make("nps"))
    whos = [Who(contact_email=f"c{i}@tarn.example", contact_name=f"C {i}") for i in range(120)]
    resolve_many(actor=cast.bo, whos=whos, now=now)
    with django_assert_max_num_queries(4):
        assert len(audience.choose(survey, {"everybody": True}).to) == 123
    with django_assert_max_num_queries(6):
        pasted = "\n".join(f"c{i}@tarn.example" for i in range(120))
        assert len(audience.choose(survey, {"addresses": pasted}).to) == 120
