"""Lists in one order only are paged like the others."""

import pytest

from tests.journey.test_line_by_api import Api

pytestmark = pytest.mark.django_db


def _all(api, path):
    seen, cursor = [], ""
    for _ in range(200):
        page = api("get", f"{path}?limit=2&cursor={cursor}", None, 200)
        assert len(page["items"]) <= 2
        seen += [x["id"] for x in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    return seen


def test_webhooks_answers_improvements_and_questions_come_page_by_page(client, token, cast):
    api = Api(client, token("admin", who=cast.ada))
    question = api("get", "/questions", None, 200)["items"][0]["id"]
    for n in range(5):
        hook = {"url": f"https://hooks.example/{n}", "events": ["*"]}
        api("post", "/webhooks", hook, 201)
        api("post", "/answers", {"question": question, "text": f"Try {n}"}, 201)
        api("post", "/improvements", {"question": question, "text": f"Better {n}"}, 201)
    for resource in ("webhooks", "answers", "improvements", "questions"):
        seen = _all(api, f"/{resource}")
        assert len(seen) >= 5
        assert len(seen) == len(set(seen))
        api("get", f"/{resource}?limit=0", None, 422)
        api("get", f"/{resource}?cursor=x", None, 422)
    first = api("get", "/improvements?limit=1", None, 200)["items"][0]
    assert api("get", f"/improvements/{first['id']}", None, 200) == first
    api("get", "/improvements/999", None, 404)


def test_the_questions_cost_the_same_however_many(client, token, django_assert_max_num_queries):
    header = token("viewer")
    with django_assert_max_num_queries(6):
        assert len(client.get("/api/v1/questions", headers=header).json()["items"]) > 10
