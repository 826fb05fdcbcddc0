"""Rituals and sessions by the API."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from loopline.slices.rituals.models import Session

pytestmark = pytest.mark.django_db
NEW = {
    "name": "Weekly review", "cadence": "weekly", "weekday": 4, "at": "10:00", "minutes": 30,
    "template": "ritual-weekly-review",
}  # fmt: skip


@pytest.fixture
def call(client, token, cast):
    head = token("product", cast.bo)

    def ask(method, path, body=None, status=200, headers=None):
        answer = getattr(client, method)(
            f"/api/v1{path}", data=json.dumps(body) if body is not None else None, content_type="application/json",
            headers=head | (headers or {}),
        )  # fmt: skip
        assert answer.status_code == status, answer.content[:500]
        return answer.json() | {"etag": answer.get("ETag")}

    return ask


def test_a_ritual_from_making_to_changing(call, cast):
    made = call("post", "/rituals", NEW | {"attendees": [str(cast.ann.user_id)]}, 201)
    assert (made["people"], made["hours_a_month"], made["reasons"]) == (2, 4.33, [])
    assert call("get", "/rituals?state=active")["items"][0]["key"] == made["key"]
    changed = call("patch", f"/rituals/{made['key']}", {"minutes": 20, "attendees": []})
    assert (changed["minutes"], changed["people"]) == (20, 0)
    call("patch", f"/rituals/{made['id']}", {"minutes": 25}, 412, {"If-Match": made["etag"]})
    call("patch", f"/rituals/{made['id']}", {"state": "gone"}, 422)
    call("post", "/rituals", NEW | {"at": "10:77"}, 422)
    call("post", "/rituals", NEW | {"team": "987"}, 422)
    call("post", "/rituals", NEW | {"template": "brief"}, 422)
    call("get", "/rituals/987654", status=404)


def test_a_session_from_start_to_rating(call, cast):
    made = call("post", "/rituals", NEW, 201)
    soon = timezone.now() + timedelta(hours=2)
    s = call("post", "/sessions", {"ritual": made["id"], "at": soon.isoformat()}, 201)
    call("post", "/sessions", {"ritual": made["id"], "at": soon.isoformat()}, 409)
    call("post", f"/sessions/{s['id']}/rate", {"value": 3}, 409)
    assert call("post", f"/sessions/{s['id']}/start")["started_at"]
    line = {"kind": "action", "line": "Call Tarn by friday"}
    assert call("post", f"/sessions/{s['id']}/capture", line, 201)["type"] == "action-item"
    line = {"kind": "decision", "line": "Ship it"}
    assert call("post", f"/sessions/{s['id']}/capture", line, 201)["type"] == "decision"
    assert call("post", f"/sessions/{s['id']}/rate", {"value": 3})["ratings"] == 1
    call("post", f"/sessions/{s['id']}/rate", {"value": 3}, 409)
    call("post", f"/sessions/{s['id']}/rate", {"value": 5}, 422)
    over = call("post", f"/sessions/{s['id']}/stop")
    assert (over["state"], over["decisions"], over["actions"], over["took"]) == ("held", 1, 1, 1)
    assert over["median"] is None
    found = call("get", f"/sessions?ritual={made['key']}&state=held")["items"]
    assert [f["id"] for f in found] == [s["id"]]
    other = Session.objects.filter(ritual=made["id"], state="scheduled").first()
    assert call("post", f"/sessions/{other.pk}/skip", {"reason": "Holidays"})["state"] == "skipped"
    call("patch", f"/sessions/{other.pk}", {"at": soon.isoformat()}, 409)
    call("get", "/sessions?ritual=x", status=422)
