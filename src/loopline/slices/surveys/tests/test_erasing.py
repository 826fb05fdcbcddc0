"""Who is erased from product events is forgotten by surveys: words, names and addresses go, scores stay."""

import pytest

from loopline.core.problems import NotAllowed
from loopline.platform.events.models import OutboxEvent
from loopline.slices.insights import services as insights
from loopline.slices.surveys import services
from loopline.slices.surveys.models import Answer, Ask
from loopline.slices.surveys.services import Person, Reply
from loopline.warehouse.records import Fact
from tests.events import micros


@pytest.fixture
def answered(make, people, cast, now, stored):
    """Greta answered by mail and under the page's id for her, somebody else too; one more mail to her waits."""
    at = micros("2026-11-01T08:00")
    stored(
        [("signup", "greta-7", "2026-11-01T10:00")],
        [Fact("person", "greta-7", at, "", b'{"email": "greta@tarn.example"}')],
    )
    survey = make("nps")
    for who, words in (
        (Person(email="Greta@tarn.example", certain=True), "I am Greta of Tarn"),
        (Person(external_id="greta-7", name="Greta"), "By the page"),
        (Person(email="someone@else.example", name="Someone"), "Not hers"),
    ):
        services.answer(
            actor=cast.bo,
            survey_id=survey,
            reply=Reply(7, "", words),
            who=who,
            channel="link",
            now=now,
        )
    Ask.objects.create(
        survey_id=survey, person=f"contact:{people.greta}", contact_id=people.greta, name="Greta",
        address="greta@tarn.example", token="her-link", created_at=now,
    )  # fmt: skip
    return survey


def test_words_and_who_said_them_go_and_scores_stay(answered, cast, now, run_jobs):
    insights.erase_person(actor=cast.ada, person="greta-7", typed="greta-7", now=now)
    run_jobs()
    rows = list(
        Answer.objects.order_by("pk").values_list("words", "name", "address", "contact", "score")
    )
    assert rows == [
        ("", "", "", None, 7), ("", "", "", None, 7), ("Not hers", "Someone", "someone@else.example", None, 7),
    ]  # fmt: skip
    ask = Ask.objects.get()
    assert (ask.name, ask.address, ask.contact_id, ask.state) == ("", "", None, "suppressed")
    assert ask.token != "her-link"
    assert not Answer.objects.filter(person__contains="greta").exists()
    payloads = "".join(str(each) for each in OutboxEvent.objects.values_list("payload", flat=True))
    assert "greta" not in payloads.lower()


def test_the_same_erasing_again_changes_nothing(answered, cast, now):
    def hers(each):
        return each.lower() in ("greta@tarn.example", "greta-7")

    first = services.forget_person(actor=cast.ada, theirs=hers, now=now)
    assert (first.answers, first.asks) == (2, 1)
    again = services.forget_person(actor=cast.ada, theirs=hers, now=now)
    assert (again.answers, again.asks) == (0, 0)


def test_only_who_may_erase_persons_may(answered, cast, now):
    with pytest.raises(NotAllowed):
        services.forget_person(actor=cast.bo, theirs=lambda each: True, now=now)
    assert Answer.objects.exclude(words="").count() == 3
