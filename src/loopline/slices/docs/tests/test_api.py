"""Docs in the API."""

import json

import pytest


@pytest.fixture
def api(client, token, db):
    head = token("member")

    def call(method, path, body=None, status=200, **more):
        answer = client.generic(
            method.upper(),
            f"/api/v1{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers=head | more,
        )
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    return call


def test_a_doc_is_made_filled_changed_and_found(api, cast):
    doc = api(
        "post", "/docs", {"title": "Plan", "template": "every-place", "owner": "Ann Asker"}, 201
    )
    at = f"/docs/{doc['id']}"
    assert doc["owner"] == str(cast.ann.user_id)
    assert doc["standing"] == "current"
    assert api("post", f"{at}/fill", {"place": "size", "value": "3"})["filled"] == {"size": 3.0}
    row = api("post", f"{at}/rows", {"place": "lines", "values": {"what": "A"}}, 201)["filled"][
        "lines"
    ][0]
    changed = api("patch", f"{at}/rows/{row['id']}", {"place": "lines", "values": {"cost": "4"}})
    assert changed["filled"]["lines"][0]["cost"] == 4.0
    assert api("post", f"{at}/tick", {"place": "checks", "item": "told"})["filled"]["checks"]
    assert "lines" in api("delete", f"{at}/rows/{row['id']}?place=lines")["filled"]
    assert (
        api("patch", at, {"title": "New", "review_on": "2030-01-01"})["review_on"] == "2030-01-01"
    )
    assert [d["id"] for d in api("get", "/docs?template=every-place")["items"]] == [doc["id"]]
    assert api("patch", at, {"archived": True})["archived"] is True
    kinds = {t["key"]: t for t in api("get", "/doc-templates")}
    assert kinds["every-place"]["places"][1]["options"] == ["Seed", "Series A"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("get", "/docs/999999", None, 404),
        ("get", "/docs/x", None, 404),
        ("post", "/docs", {"template": "no-such"}, 422),
        ("post", "/docs", {"title": "x", "owner": "Nobody Known"}, 422),
        ("post", "/docs", {"title": "x", "parent": "999"}, 404),
        ("post", "/docs", {"title": ""}, 422),
        ("post", "/docs/{id}/fill", {"place": "size", "value": "big"}, 422),
        ("post", "/docs/{id}/fill", {"place": "none", "value": "x"}, 404),
        ("post", "/docs/{id}/rows", {"place": "lines", "values": {}}, 422),
        ("patch", "/docs/{id}", {"review_every": 0}, 422),
        ("post", "/docs/{id}/tick", {"place": "checks", "item": "count"}, 409),
        ("post", "/docs/{id}/review", {"until": "2001-01-01"}, 422),
        ("patch", "/docs/{id}", {"nonsense": 1}, 422),
    ],
)
def test_what_is_wrong_says_so(api, make, method, path, body, status):
    answer = api(method, path.format(id=make()), body, status)
    assert answer


def test_who_changed_an_old_version_is_told(api, make):
    pk = make("Plan", body="x")
    api("patch", f"/docs/{pk}", {"body": "y"}, 200, **{"If-Match": '"v1"'})
    api("patch", f"/docs/{pk}", {"body": "z"}, 412, **{"If-Match": '"v1"'})
