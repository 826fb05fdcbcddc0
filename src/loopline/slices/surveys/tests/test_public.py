"""The open doors under fire: scanners, forged links, replays, hostile words, other people's names, floods."""

import json
import re

import pytest
from django.core import signing
from django.test import Client

from loopline.slices.customers.queries import contacts_by_id
from loopline.slices.surveys import services
from loopline.slices.surveys.models import Answer, Ask, Survey
from loopline.slices.surveys.views import limits

HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def key(make):
    return Survey.objects.get(pk=make("nps")).key


@pytest.fixture
def asked(make, people, cast, now):
    """A survey that has asked Greta; her ask."""
    survey = make("nps")
    services.send_survey(
        actor=cast.bo, survey_id=survey, audience={"addresses": "greta@tarn.example"}, now=now
    )
    return Ask.objects.get()


@pytest.fixture
def snippet(client):
    def post(key, origin="https://customer.example", **body):
        return client.post(
            f"/survey/api/{key}", json.dumps(body), content_type="application/json",
            headers={"Origin": origin},
        )  # fmt: skip

    return post


def _form(html: str) -> str:
    return re.search(r'name="form" value="([^"]+)"', html)[1]


def test_opening_the_mails_link_chooses_and_does_not_answer(client, asked):
    for method in ("get", "head"):
        got = getattr(client, method)(f"/survey/{asked.token}?score=9")
        assert got.status_code == 200
    page = client.get(f"/survey/{asked.token}?score=9").content.decode()
    assert re.search(r'value="9" checked', page)
    assert "no-store" in got["Cache-Control"]
    assert Answer.objects.count() == 0
    for odd in ("score=99", "score=x", "score=-1", "choice=5", "score=²"):
        assert client.get(f"/survey/{asked.token}?{odd}").status_code == 200


def test_a_personal_link_answers_once_and_corrects(client, asked, people):
    at = f"/survey/{asked.token}"
    got = client.post(at, {"score": "9", "words": "Good"})
    assert (got.status_code, got["Location"]) == (302, f"{at}/thanks")
    assert "Thank you" in client.get(f"{at}/thanks").content.decode()
    client.post(at, {"score": "9", "words": "Good"})
    Client().post(at, {"score": "4", "words": "On reflection"})
    row = Answer.objects.get()
    assert (row.score, row.words, row.contact_id, row.channel, row.certain) == (
        4, "On reflection", people.greta, "email", True,
    )  # fmt: skip
    assert "You answered on" in client.get(at).content.decode()


def test_an_open_link_is_one_answer_a_browser_and_one_a_form(client, key):
    at = f"/survey/{key}"
    form = _form(client.get(at).content.decode())
    for score in ("3", "8"):
        assert client.post(at, {"score": score, "form": form}).status_code == 302
    assert Answer.objects.get().score == 8
    other = Client()
    form = _form(other.get(at).content.decode())
    for _ in range(2):  # the same form sent twice by a browser that keeps no cookie
        Client().post(at, {"score": "1", "form": form})
    assert Answer.objects.count() == 2
    forged = signing.dumps("browser-of-another", salt="other")
    Client().post(at, {"score": "2", "form": forged})
    assert Answer.objects.count() == 3


@pytest.mark.parametrize(
    "forged",
    [
        "x",
        "a" * 24,
        "..",
        "%00",
        "a" * 20 + "%00",
        "ä" * 24,
        "a" * 300,
        "1",
        "embed.js%2f",
        "<script>",
    ],
)
def test_forged_links_are_missing(client, key, forged):
    for path in (f"/survey/{forged}", f"/survey/{forged}/thanks", f"/survey/{forged}/stop"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"score": "1"}).status_code == 404
    assert client.get(f"/survey/api/{forged}").status_code == 404


def test_a_personal_token_is_no_key_of_the_snippet_and_the_key_stops_nobody(client, asked, snippet):
    assert snippet(asked.token, score=9, email="a@b.example").status_code == 404
    assert client.post(f"/survey/{asked.survey.key}/stop").status_code == 404


def test_a_closed_survey_says_so_everywhere(client, asked, snippet, cast, now):
    survey = asked.survey
    services.close_survey(actor=cast.bo, survey_id=survey.pk, now=now)
    for token in (asked.token, survey.key):
        page = client.get(f"/survey/{token}")
        assert page.status_code == 200
        assert "closed" in page.content.decode()
        assert client.post(f"/survey/{token}", {"score": "9"}).status_code == 409
    got = snippet(survey.key, score=9, email="a@b.example")
    assert (got.status_code, got["Content-Type"]) == (409, "application/problem+json")
    assert client.get(f"/survey/api/{survey.key}").status_code == 409
    assert Answer.objects.count() == 0


def test_a_draft_shows_itself_to_who_made_it_only(client, make, signed_in, cast):
    survey = Survey.objects.get(pk=make("nps", opened=False))
    assert "not open yet" in Client().get(f"/survey/{survey.key}").content.decode()
    page = signed_in(cast.bo).get(f"/survey/{survey.key}").content.decode()
    assert "nothing is taken" in page
    assert client.post(f"/survey/{survey.key}", {"score": "9"}).status_code == 409


def test_words_are_shown_as_words(client, asked, signed_in, cast):
    client.post(f"/survey/{asked.token}", {"score": "2", "words": HTML})
    assert Answer.objects.get().words == HTML
    inside = signed_in(cast.bo)
    for path in (
        f"/survey/{asked.token}",
        f"/surveys/{asked.survey_id}",
        f"/surveys/{asked.survey_id}/answers",
    ):
        page = inside.get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
    csv = b"".join(inside.get(f"/surveys/{asked.survey_id}/answers.csv").streaming_content)
    assert b"<script>" in csv


def test_who_was_asked_shows_who_answered(client, asked, signed_in, cast):
    at = f"/surveys/{asked.survey_id}/asked"
    assert "Answered" not in signed_in(cast.bo).get(at).content.decode()
    Client().post(f"/survey/{asked.token}", {"score": "9"})
    assert "Answered" in signed_in(cast.bo).get(at).content.decode()
    assert client.get(f"{at}?state=failed").status_code == 200


def test_what_does_not_fit_is_said_and_kept_in_the_form(client, asked):
    at = f"/survey/{asked.token}"
    got = client.post(at, {"score": "11", "words": "Kept"})
    assert got.status_code == 422
    assert "Choose a number from 0 to 10" in got.content.decode()
    assert "Kept" in got.content.decode()
    assert client.post(at, {"score": "5", "words": "x" * 5001}).status_code == 422
    assert client.post(at, {"score": "5", "words": "x" * 70_000}).status_code == 413
    assert Answer.objects.count() == 0


def test_a_form_of_another_site_is_refused_where_cookies_count(asked):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/survey/{asked.token}", {"score": "5"}).status_code == 403
    assert strict.post(f"/survey/{asked.token}/stop").status_code == 200  # RFC 8058: one click


def test_one_click_from_the_mail_program_ends_the_messages(asked, people):
    body = {"List-Unsubscribe": "One-Click"}
    Client(enforce_csrf_checks=True).get(f"/survey/{asked.token}/stop")
    assert contacts_by_id([people.greta])[people.greta].unsubscribed_at is None
    Client(enforce_csrf_checks=True).post(f"/survey/{asked.token}/stop", body)
    assert contacts_by_id([people.greta])[people.greta].unsubscribed_at is not None


def test_stakeholders_sign_in_first(client, make, signed_in, cast):
    survey = Survey.objects.get(pk=make("stakeholders"))
    got = Client().get(f"/survey/{survey.key}")
    assert (got.status_code, "/account/login" in got["Location"]) == (302, True)
    assert client.get(f"/survey/api/{survey.key}").status_code == 404
    signed_in(cast.dee).post(f"/survey/{survey.key}", {"score": "4", "words": "Faster"})
    row = Answer.objects.get()
    assert (row.user_id, row.certain) == (cast.dee.user_id, True)


def test_the_snippet_asks_and_takes_answers_from_any_site(client, key, snippet):
    got = client.get(f"/survey/api/{key}", headers={"Origin": "https://customer.example"})
    assert got["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in got
    assert got.json()["most"] == 10
    assert not got.cookies
    pre = client.options(f"/survey/api/{key}", headers={"Origin": "https://customer.example"})
    assert (pre.status_code, pre["Access-Control-Allow-Headers"]) == (204, "Content-Type")
    strict = Client(enforce_csrf_checks=True)
    sent = strict.post(
        f"/survey/api/{key}", {"score": 7, "person": "u1"}, content_type="application/json"
    )
    assert (sent.status_code, sent.json()) == (200, {"taken": True})
    assert not sent.cookies
    assert snippet(key, score=9, person="u1", words="Better").status_code == 200
    assert snippet(key, score=2, browser="b" * 32).status_code == 200
    assert snippet(key, score=2, browser="b" * 32).status_code == 200
    assert sorted(Answer.objects.values_list("person", "score")) == [
        (f"browser:{'b' * 32}", 2),
        ("id:u1", 9),
    ]


def test_who_is_signed_is_certain_and_a_wrong_signature_is_refused(key, snippet, people):
    email = "greta@tarn.example"
    right = services.signature(key, f"nps:email:{email}")
    assert snippet(key, score=9, email=email, signature=right).status_code == 200
    assert Answer.objects.get().certain is True
    assert snippet(key, score=0, email=email).status_code == 200  # taken politely, changes nothing
    assert Answer.objects.get().score == 9
    for wrong in ("0" * 64, right.upper(), right[:-1], "é" * 32):
        got = snippet(key, score=0, email=email, signature=wrong)
        assert got.status_code == 422, wrong
        assert got.json()["errors"][0]["field"] == "signature"
    for other in (
        "nps:email:per@tarn.example",
        f"csat:email:{email}",
        f"nps:person:{email}",
        email,
    ):
        signed = services.signature(key, other)
        got = snippet(key, score=0, email=email, signature=signed)
        assert got.status_code == 422, other
    assert "nps:email:ADDRESS" in got.json()["errors"][0]["message"]
    signed = services.signature(key, f"nps:email:{email}")  # of an address, used as an id
    assert snippet(key, score=0, person=email, signature=signed).status_code == 422
    assert Answer.objects.get().score == 9
    signed = services.signature(key, "nps:person:u1")
    assert snippet(key, score=8, person="u1", signature=signed).status_code == 200
    assert Answer.objects.get(person="id:u1").certain is True


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b"[" * 60_000, b'{"score": NaN}',
        b'{"score": 1e400, "person": "p"}', b'{"score": "9", "person": "p"}', b'{"score": true, "person": "p"}',
        b'{"score": 9.0, "person": "p"}', b'{"score": 9, "person": ["p"]}', b'{"score": 9, "person": {}}',
        b'{"score": 9, "person": "p", "admin": true}', b'{"score": 9}', b'{"score": 9, "browser": "short"}',
        b'{"score": 9, "person": "   "}', b'{"score": 99999999999999999999999999, "person": "p"}',
        b'{"score": 9, "person": "' + b"p" * 201 + b'"}', b'{"words": "only", "person": "p"}',
    ],
)  # fmt: skip
def test_hostile_json_is_refused_and_nothing_is_kept(client, key, body):
    got = client.post(f"/survey/api/{key}", body, content_type="application/json")
    assert got.status_code in (400, 422), got.content
    assert got["Access-Control-Allow-Origin"] == "*"
    assert got.json()["detail"]
    assert Answer.objects.count() == 0


def test_nul_and_surrogates_do_no_harm(snippet, key, client):
    assert snippet(key, score=9, person="p\x00q", words="a\x00b").status_code == 200
    got = client.post(
        f"/survey/api/{key}", b'{"score": 9, "person": "q", "words": "\\ud800 half"}',
        content_type="application/json",
    )  # fmt: skip
    assert got.status_code in (200, 422)
    assert all("\x00" not in a.words + a.person for a in Answer.objects.all())


def test_too_much_is_too_much(snippet, key, client, monkeypatch):
    assert snippet(key, score=9, person="p", words="x" * 70_000).status_code == 413
    assert client.put(f"/survey/api/{key}", b"{}").status_code == 405
    monkeypatch.setattr(limits, "PER_ADDRESS", 5)
    codes = [snippet(key, score=9, person=f"p{i}").status_code for i in range(8)]
    assert codes[0] == 200
    assert codes[-1] == 429
    last = snippet(key, score=9, person="p9")
    assert last["Retry-After"] == "60"
    assert Answer.objects.count() <= 5


def test_the_script_is_one_file_for_any_site(client):
    got = client.get("/survey/embed.js")
    assert got["Content-Type"].startswith("text/javascript")
    assert got["Cross-Origin-Resource-Policy"] == "cross-origin"
    text = got.content.decode()
    assert len(text) < 12_000
    for banned in ("innerHTML", "eval(", "document.cookie", "document.write", ".style.cssText"):
        assert banned not in text
