"""The API by house conventions: shapes, roles, tags, cursors, and a program handing answers in."""

import pytest

from loopline.platform.identity.actor import Actor
from loopline.slices.surveys import services
from loopline.slices.surveys.models import Answer, Ask
from loopline.slices.surveys.services import Person, Reply

URL = "/api/v1/surveys"


@pytest.fixture
def api(client, token):
    known = {}

    def call(method, path="", body=None, role="product", **headers):
        known[role] = known.get(role) or token(role)
        return getattr(client, method)(
            URL + path, data=body, content_type="application/json", headers=known[role] | headers
        )

    return call


def test_from_draft_to_results(api, people):
    made = api("post", body={"name": "Autumn", "kind": "nps"})
    assert made.status_code == 201, made.content
    s = made.json()
    assert (s["state"], s["least"], s["most"], s["key"]) == ("draft", 0, 10, f"SUR-{s['id']}")
    assert "/survey/" in s["link"]
    at = f"/{s['id']}"
    early = api("post", f"{at}/answers", {"email": "greta@tarn.example", "score": 9})
    assert (early.status_code, early["Content-Type"]) == (409, "application/problem+json")
    assert api("post", f"{at}/open", {}).json()["state"] == "open"
    assert api("post", f"{at}/open", {}).status_code == 200
    for i in range(12):
        body = {"person": f"p{i}", "score": 10 if i < 6 else 0 if i < 8 else 8, "words": f"w{i}"}
        assert api("post", f"{at}/answers", body).status_code == 201
    again = api("post", f"{at}/answers", {"person": "p0", "score": 10, "words": "w0"})
    assert (again.status_code, again.json()["changed"]) == (200, False)
    found = api("get", f"{at}/results").json()
    assert found["score"]["n"] == found["n"] == 12
    assert found["score"]["value"] == pytest.approx(100 * (6 - 2) / 12)
    assert found["score"]["low"] < found["score"]["value"] < found["score"]["high"]
    assert found["groups"] == {"promoters": 6, "passives": 4, "detractors": 2}
    assert sum(p["n"] for p in found["distribution"]) == 12
    assert found["response_rate"] is None
    closed = api("post", f"{at}/close", {})
    assert closed.json()["state"] == "closed"
    assert api("post", f"{at}/send", {"everybody": True}).status_code == 409


def test_few_answers_are_no_score(api, make):
    survey = make("csat")
    found = api("get", f"/{survey}/results").json()
    assert (found["score"], found["answers"], found["trend"]) == (None, 0, [])
    for i in range(9):
        api("post", f"/{survey}/answers", {"person": f"p{i}", "score": 5})
    found = api("get", f"/{survey}/results?interval=week").json()
    assert (found["score"], found["n"], found["trend"][0]["score"]) == (None, 9, None)
    window = api("get", f"/{survey}/results?from=2001-01-01T00:00:00Z&to=2001-02-01T00:00:00Z")
    assert window.json()["answers"] == 0
    assert api("get", f"/{survey}/results?from=2001-01-01T00:00:00").status_code == 422
    assert api("get", f"/{survey}/results?interval=year").status_code == 422


def test_answers_are_paged_and_their_authors_kept_from_who_may_not_see_contacts(
    api, make, people, client, cast, now
):
    from loopline.platform.entrance.services import create_token

    survey = make("nps")
    for i in range(5):
        api("post", f"/{survey}/answers", {"email": f"a{i}@tarn.example", "score": i})
    first = api("get", f"/{survey}/answers?limit=3", role="member").json()
    rest = api(
        "get", f"/{survey}/answers?limit=3&cursor={first['next_cursor']}", role="member"
    ).json()
    scores = [a["score"] for a in first["items"] + rest["items"]]
    assert scores == [4, 3, 2, 1, 0]
    assert rest["next_cursor"] is None
    assert first["items"][0]["by"]["email"] == "a4@tarn.example"
    made = create_token(
        actor=cast.olu,
        name="narrow",
        role="member",
        scopes=["survey:read", "survey_answer:read"],
        own=False,
        now=now,
    )
    header = {"Authorization": f"Bearer {made.value}"}
    got = client.get(f"{URL}/{survey}/answers", headers=header)
    assert got.status_code == 200
    assert {a["by"] for a in got.json()["items"]} == {None}
    assert api("get", f"/{survey}/answers", role="viewer").status_code == 403
    assert api("get", f"/{survey}/results", role="viewer").status_code == 200


def test_tags_stale_edits_and_the_archive(api, make):
    survey = make("nps", opened=False)
    read = api("get", f"/{survey}")
    tag = read["ETag"]
    assert api("patch", f"/{survey}", {"name": "One"}, **{"If-Match": tag}).status_code == 200
    stale = api("patch", f"/{survey}", {"name": "Two"}, **{"If-Match": tag})
    assert (stale.status_code, stale.json()["mine"], stale.json()["theirs"]) == (412, "Two", "One")
    assert api("patch", f"/{survey}", {"archived": True}).json()["archived"] is True
    assert api("get").json()["items"] == []
    assert len(api("get", "?archived=1").json()["items"]) == 1
    assert api("patch", f"/{survey}", {"archived": False}).json()["archived"] is False
    assert [s["name"] for s in api("get", "?kind=nps&state=draft").json()["items"]] == ["One"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "kind": "poll"}, "kind"),
        ({"name": " ", "kind": "nps"}, "name"),
        ({"name": "x", "kind": "nps", "colour": "red"}, "colour"),
        ({"name": "x", "kind": "custom"}, "question"),
        ({"name": "x", "kind": "custom", "question": "?", "most": 99}, "most"),
        ({"name": "x", "kind": "custom", "question": "?", "form": "choice", "choices": ["a"]}, "choices"),
        ({"name": "x", "kind": "nps", "opens_on": "2026-02-02", "closes_on": "2026-01-01"}, "closes_on"),
    ],
)  # fmt: skip
def test_bad_surveys_are_refused_by_field(api, body, field):
    got = api("post", body=body)
    assert (got.status_code, got["Content-Type"]) == (422, "application/problem+json")
    assert [e["field"] for e in got.json()["errors"]] == [field]


@pytest.mark.parametrize("score", [9.5, "9", True, 11, None, 1e400])
def test_bad_scores_are_refused(api, make, score):
    got = api("post", f"/{make('nps')}/answers", {"person": "p", "score": score})
    assert got.status_code in (400, 422)
    assert Answer.objects.count() == 0


def test_the_same_key_twice_is_one_survey(client, token):
    header = token("product") | {"Idempotency-Key": "k-1"}
    body = {"name": "Once", "kind": "ces"}
    one, two = (
        client.post(URL, data=body, content_type="application/json", headers=header)
        for _ in range(2)
    )
    assert one.json()["id"] == two.json()["id"]


def test_sending_by_api_says_who_was_left_out(api, make, people):
    survey = make("nps")
    body = {"addresses": ["greta@tarn.example", "gone@lund.example", "nonsense"]}
    got = api("post", f"/{survey}/send", body)
    assert got.json() == {
        "asked": 1, "already_asked": 0, "unsubscribed": 1, "without_address": 0, "refused": ["nonsense"],
    }  # fmt: skip
    assert api("post", f"/{survey}/send", body).json()["already_asked"] == 1
    assert Ask.objects.count() == 1
    assert api("post", f"/{survey}/send", {}).status_code == 422
    assert api("post", f"/{survey}/send", body, role="member").status_code == 403


def test_an_unknown_survey_is_missing(api):
    for path in ("/999", "/SUR-999", "/999/results", "/999/answers", "/nonsense"):
        assert api("get", path).status_code == 404
    assert api("post", "/999/answers", {"person": "p", "score": 1}).status_code == 404


def test_lists_and_results_take_few_queries(api, make, people, now, django_assert_max_num_queries):
    surveys = [make("nps", name=f"S {i}") for i in range(8)]
    for i in range(30):
        who = Person(email=f"q{i}@tarn.example", certain=True)
        services.answer(
            actor=Actor.system(), survey_id=surveys[0], reply=Reply(i % 11), who=who, channel="api", now=now
        )  # fmt: skip
    api("get")  # the token is made by now
    with django_assert_max_num_queries(6):
        assert len(api("get").json()["items"]) == 8
    with django_assert_max_num_queries(10):
        api("get", f"/{surveys[0]}/results")
    with django_assert_max_num_queries(10):
        assert len(api("get", f"/{surveys[0]}/answers").json()["items"]) == 30
