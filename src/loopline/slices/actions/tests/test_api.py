"""Action items by the API: made, read, listed, changed by state, and what is refused with which sentence."""

from datetime import timedelta

import pytest
from django.utils import timezone

pytestmark = pytest.mark.django_db
AT = "/api/v1/action-items"


@pytest.fixture
def api(client, token, cast):
    def call(method, path, body=None, status=200, who="ann", role="member", **headers):
        header = token(role, who=getattr(cast, who) if who else None) | headers
        response = getattr(client, method)(
            f"{AT}{path}", data=body, content_type="application/json", headers=header
        )
        assert response.status_code == status, response.content
        return response.json()

    return call


def day(n):
    return (timezone.now() + timedelta(days=n)).date().isoformat()


def test_a_life_of_one(api, cast, account):
    tarn = account()
    made = api(
        "post",
        "",
        {
            "text": "Call Tarn",
            "due": day(9),
            "source": {"type": "account", "id": f"ACC-{tarn}"},
            "type": "prevent",
        },
        201,
    )
    assert made["owner"] == str(cast.ann.user_id)
    assert made["owner_name"] == "Ann Asker"
    assert made["source"] == {"type": "account", "id": str(tarn)}
    assert (made["state"], made["moves"], made["original_due"]) == ("open", 0, day(9))
    at = f"/{made['id']}"
    assert api("get", f"/{made['key']}", who="", role="viewer") == made
    moved = api("patch", at, {"due": day(12), "owner": "bo@oakrow.example"})
    assert (moved["due"], moved["original_due"], moved["moves"]) == (day(12), day(9), 1)
    assert moved["owner"] == str(cast.bo.user_id)
    assert api("patch", at, {"state": "in_progress"})["state"] == "in_progress"
    done = api("patch", at, {"state": "done"})
    assert done["done_at"].endswith("Z")
    assert api("patch", at, {"state": "wont_do", "reason": "No"}, 409)["detail"].startswith(
        "This is closed"
    )
    assert api("patch", at, {"state": "open"})["done_at"] is None
    assert "why" in api("patch", at, {"state": "wont_do"}, 422)["detail"]
    assert api("patch", at, {"state": "wont_do", "reason": "Tarn left"})["reason"] == "Tarn left"
    assert api("patch", at, {"archived": True})["archived"] is True


def test_lists_narrow_as_the_page_does(api, cast):
    ids = [api("post", "", {"text": f"N {n}", "due": day(n + 1)}, 201)["id"] for n in range(3)]
    api("patch", f"/{ids[0]}", {"state": "done"})
    listed = lambda query: [a["id"] for a in api("get", query)["items"]]  # noqa: E731
    assert listed("") == ids[1:]
    assert listed("?state=done") == ids[:1]
    assert listed("?archived=1") == ids
    assert listed(f"?due_from={day(3)}") == ids[2:]
    assert listed("?sort=-due") == [ids[2], ids[1]]
    assert listed("?overdue=1") == []
    for wrong in (
        "?due_from=soon",
        "?owner=x",
        "?source=x",
        "?done=ever",
        "?team=x",
        "?nothing=1",
        "?sort=x",
    ):
        assert api("get", wrong, None, 422)["status"] == 422


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"due": None}, "due"),
        ({"due": "2020-01-01"}, "due"),
        ({"due": "soon"}, "due"),
        ({"text": ""}, "text"),
        ({"owner": "Nobody Here"}, "owner"),
        ({"owner": "dee@oakrow.example"}, "owner"),
        ({"type": "other"}, "type"),
        ({"state": "gone"}, "state"),
        ({"source": {"type": "account", "id": "987"}}, "source"),
        ({"source": {"type": "account", "id": "x"}}, "source"),
        ({"work_item": "987"}, "work_item"),
        ({"more": 1}, "more"),
    ],
)
def test_what_is_refused_names_its_field(api, change, field):
    body = {"text": "Call", "due": day(3)} | change
    if "state" in change:
        body = change
        made = api("post", "", {"text": "Call", "due": day(3)}, 201)
        problem = api("patch", f"/{made['id']}", body, 422)
    else:
        problem = api("post", "", body, 422)
    assert any(field in e["field"] for e in problem["errors"]), problem


def test_a_day_is_needed(api):
    assert any(e["field"] == "due" for e in api("post", "", {"text": "Call"}, 422)["errors"])


def test_versions_roles_and_scopes(api, client, token, cast):
    made = api("post", "", {"text": "Call", "due": day(3)}, 201)
    at = f"/{made['id']}"
    api("patch", at, {"text": "Call Lund"}, **{"If-Match": '"v1"'})
    api("patch", at, {"text": "Call Oslo"}, 412, **{"If-Match": '"v1"'})
    api("patch", at, {"text": "No"}, 403, who="", role="viewer")
    api("post", "", {"text": "No", "due": day(1)}, 403, who="", role="viewer")
    api("get", "/987", None, 404)
    api("get", "/FB-1", None, 404)
    narrow = token("member", who=cast.ann, scopes=["action:read"])
    assert client.get(f"{AT}{at}", headers=narrow).status_code == 200
    body = {"state": "done"}
    patched = client.patch(f"{AT}{at}", body, content_type="application/json", headers=narrow)
    assert patched.status_code == 403
