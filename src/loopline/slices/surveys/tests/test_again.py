"""Asking again: one reminder, never after an answer, never twice; and a new round every quarter."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Actor
from loopline.platform.settings import options
from loopline.slices.surveys import jobs, services
from loopline.slices.surveys.models import Ask, Survey
from loopline.slices.surveys.services import Person, Reply
from loopline.slices.surveys.services.rounds import named, next_quarter

SYSTEM = Actor.system()


@pytest.fixture
def asked(make, cast, people, mails, run_jobs):
    """Greta, Per and Ida were asked eight days ago by a survey that reminds after seven."""
    now = timezone.now()
    survey = make("nps", remind_after=7, intro="Dear customer")
    services.send_survey(
        actor=cast.bo, survey_id=survey, audience={"everybody": True}, now=now, grace=timedelta(0)
    )
    run_jobs()
    Ask.objects.update(sent_at=now - timedelta(days=8))
    return survey


def _remind(run_jobs):
    jobs.remind_due.func()
    run_jobs()


def _to(mails):
    return sorted(str(m["To"]) for m in mails() if str(m["Subject"]).startswith("Reminder: "))


def test_one_reminder_goes_to_those_who_have_not_answered(asked, people, mails, run_jobs, now):
    services.answer(
        actor=SYSTEM, survey_id=asked, reply=Reply(9), who=Person(email="greta@tarn.example", certain=True),
        channel="link", now=now,
    )  # fmt: skip
    services.stop_asking(actor=SYSTEM, token=Ask.objects.get(contact_id=people.per).token, now=now)
    _remind(run_jobs)
    assert _to(mails) == ["ida@lund.example"]
    (letter,) = (m for m in mails() if str(m["Subject"]).startswith("Reminder"))
    text = letter.get_body(("plain",)).get_content()
    assert "will not remind you again" in text
    assert "Dear customer" not in text
    assert "-again@" in letter["Message-ID"]
    assert "/stop" in letter["List-Unsubscribe"]
    for _ in range(2):
        _remind(run_jobs)
        jobs.remind.func(Ask.objects.get(contact_id=people.ida).pk)
    assert _to(mails) == ["ida@lund.example"]
    states = dict(Ask.objects.values_list("contact_id", "reminder"))
    assert states == {people.greta: "", people.per: "spared", people.ida: "sent"}


def test_who_answers_after_it_was_queued_is_spared(asked, people, mails, run_jobs, now):
    jobs.remind_due.func()
    for address in ("greta", "per"):
        services.answer(
            actor=SYSTEM, survey_id=asked, reply=Reply(9), channel="link", now=now,
            who=Person(email=f"{address}@tarn.example", certain=True),
        )  # fmt: skip
    run_jobs()
    assert _to(mails) == ["ida@lund.example"]


@pytest.mark.parametrize("days", [6, 7 + 15])
def test_it_is_neither_early_nor_very_late(asked, mails, run_jobs, days):
    Ask.objects.update(sent_at=timezone.now() - timedelta(days=days))
    _remind(run_jobs)
    assert _to(mails) == []


def test_a_crash_between_sending_and_writing_down_sends_no_second(asked, mails, run_jobs):
    Ask.objects.update(reminder="sending")
    for pk in Ask.objects.values_list("pk", flat=True):
        jobs.remind.func(pk)
    _remind(run_jobs)
    assert _to(mails) == []
    assert set(Ask.objects.values_list("reminder", flat=True)) == {"failed"}


def test_nothing_leaves_while_sending_is_off_or_once_it_is_closed(
    asked, cast, mails, run_jobs, now
):
    options.change(actor=cast.olu, values={"sending": False}, now=now)
    _remind(run_jobs)
    assert _to(mails) == []
    options.change(actor=cast.olu, values={"sending": True}, now=now)
    services.close_survey(actor=cast.bo, survey_id=asked, now=now)
    _remind(run_jobs)
    assert _to(mails) == []


def test_who_was_erased_is_not_reminded(asked, people, mails, run_jobs, now):
    services.forget_person(
        actor=SYSTEM, theirs="ida@lund.example".__eq__, contact_ids=frozenset([people.per]), now=now
    )
    _remind(run_jobs)
    assert _to(mails) == ["greta@tarn.example"]


@pytest.mark.parametrize("days", [0, 61, 1.5, "7", True])
def test_odd_days_are_refused(make, cast, now, days):
    with pytest.raises(Invalid, match="1 to 60"):
        services.create_survey(
            actor=cast.bo, kind="nps", values={"name": "N", "remind_after": days}, now=now
        )


def test_every_quarter_a_new_round_takes_the_link_over_and_asks_the_same(
    make, cast, people, mails, run_jobs, now
):
    first = make(
        "nps",
        repeats="quarter",
        remind_after=5,
        name="Customers",
        closes_on=now.date() + timedelta(days=20),
    )
    services.send_survey(
        actor=cast.bo, survey_id=first, audience={"personas": ["Nurse"]}, now=now, grace=timedelta(0)
    )  # fmt: skip
    run_jobs()
    key = Survey.objects.get(pk=first).key
    assert services.next_rounds(actor=SYSTEM, now=now + timedelta(days=91)) == []
    later = now + timedelta(days=92)
    (second,) = services.next_rounds(actor=SYSTEM, now=later)
    assert services.next_rounds(actor=SYSTEM, now=later) == []
    was, row = Survey.objects.get(pk=first), Survey.objects.get(pk=second)
    assert (was.state, row.state, row.follows_id) == ("closed", "open", first)
    assert row.key == key != was.key
    assert row.name == "Customers, Q1 2027"
    assert (row.remind_after, row.closes_on) == (5, later.date() + timedelta(days=20))
    assert sorted(row.asks.values_list("contact_id", flat=True)) == [people.greta, people.ida]
    (third,) = services.next_rounds(actor=SYSTEM, now=later + timedelta(days=95))
    assert Survey.objects.get(pk=third).name == "Customers, Q2 2027"


def test_only_what_repeats_is_asked_again_and_never_what_is_put_away(make, cast, now):
    make("nps")
    services.archive_many(actor=cast.bo, ids=[make("csat", repeats="quarter")], now=now)
    make("ces", opened=False, repeats="quarter")
    assert services.next_rounds(actor=SYSTEM, now=now + timedelta(days=400)) == []
    with pytest.raises(Invalid):
        make("nps", repeats="daily")


def test_a_quarter_later_and_its_name():
    assert next_quarter(date(2026, 11, 30)) == date(2027, 2, 28)
    assert next_quarter(date(2026, 9, 30)) == date(2026, 12, 30)
    assert next_quarter(date(2026, 1, 31)) == date(2026, 4, 30)
    assert next_quarter(date(2026, 10, 1)) == date(2027, 1, 1)
    assert named("NPS, Quarterly", date(2027, 1, 1)) == "NPS, Quarterly, Q1 2027"
    assert named("NPS, Q4 2026", date(2027, 1, 1)) == "NPS, Q1 2027"


def test_the_page_and_the_api_say_and_change_both(make, client, token, signed_in, cast):
    survey = make("nps", remind_after=7)
    page = signed_in(cast.bo).get(f"/surveys/{survey}").content.decode()
    assert "days after the mail" in page
    client.logout()
    at = f"/api/v1/surveys/{survey}"
    found = client.get(at, headers=token("viewer")).json()
    assert (found["remind_after"], found["repeats"], found["follows"]) == (7, "", None)
    change = lambda **body: client.patch(  # noqa: E731
        at, body, content_type="application/json", headers=token("product")
    )
    assert change(remind_after=None, repeats="quarter").json()["repeats"] == "quarter"
    assert client.get(at, headers=token("viewer")).json()["remind_after"] is None
    assert change(remind_after=0).status_code == 422
    sent = {"kind": "nps", "name": "N", "remind_after": "x"}
    assert signed_in(cast.bo).post("/surveys/new", sent).status_code == 422
    made = signed_in(cast.bo).post(
        "/surveys/new", sent | {"remind_after": "5", "repeats": "quarter"}
    )
    assert made.status_code == 302
    assert Survey.objects.latest("pk").remind_after == 5
