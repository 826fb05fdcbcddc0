"""Webhooks from GitHub as it sends them: signed, taken once, in any order."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from loopline.connectors.github.services import create_hook
from loopline.slices.releases.models import Release
from loopline.slices.work.models import WorkItem

pytestmark = pytest.mark.django_db
PAYLOADS = Path(__file__).parents[1] / "data" / "payloads"


@pytest.fixture
def hook(cast, now):
    return create_hook(actor=cast.ada, name="oakrow/app", now=now)


def deliver(client, hook, event, payload, guid="g-1", secret=None):
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    sign = hmac.new((secret or hook.signing_secret).encode(), body, hashlib.sha256).hexdigest()
    return client.post(
        hook.path,
        data=body,
        content_type="application/json",
        headers={
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": guid,
            "X-Hub-Signature-256": f"sha256={sign}",
        },
    )


def recorded(name):
    return json.loads((PAYLOADS / f"github__{name}.json").read_text())


@pytest.mark.parametrize(
    "file", sorted(p.stem.removeprefix("github__") for p in PAYLOADS.glob("github__*.json"))
)
def test_every_recorded_delivery_is_taken_or_left_without_harm(client, hook, file):
    event = file.split("__")[0]
    response = deliver(client, hook, event, recorded(file))
    assert response.status_code == 200, response.content


def test_the_same_delivery_twice_is_one_item(client, hook):
    for _ in range(2):
        assert deliver(client, hook, "issues", recorded("issues__opened")).status_code == 200
    assert (
        deliver(client, hook, "issues", recorded("issues__opened"), guid="g-2").status_code == 200
    )
    assert WorkItem.objects.count() == 1


def test_older_news_changes_nothing(client, hook):
    late, early = recorded("issues__closed"), recorded("issues__opened")
    early["repository"], early["issue"]["number"] = late["repository"], late["issue"]["number"]
    early["issue"]["updated_at"] = "2001-01-01T00:00:00Z"
    deliver(client, hook, "issues", late, "g-1")
    deliver(client, hook, "issues", early, "g-2")
    item = WorkItem.objects.get()
    assert (item.state, item.title) == ("done", late["issue"]["title"])


def test_a_release_becomes_a_draft_that_nobody_is_told_of(client, hook):
    assert deliver(client, hook, "release", recorded("release__published")).status_code == 200
    assert Release.objects.get().state == "planned"


@pytest.mark.parametrize(
    ("change", "status"), [("secret", 403), ("path", 404), ("body", 422), ("list", 422)]
)
def test_forged_deliveries_are_refused_with_a_sentence(client, hook, change, status):
    payload: object = recorded("issues__opened")
    if change == "path":
        hook = type(hook)(hook.id, "/hooks/github/unknown", hook.signing_secret)
    payload = {"body": b"{not json", "list": b"[1]"}.get(change, payload)
    response = deliver(
        client, hook, "issues", payload, secret="wrong" if change == "secret" else None
    )
    assert response.status_code == status
    assert response.json()["detail"].endswith(".")
    assert WorkItem.objects.count() == 0


def test_an_oversized_delivery_is_refused(client, hook):
    assert deliver(client, hook, "issues", b"x" * 5_000_001).status_code == 413


def test_the_secret_lies_encrypted(hook):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT signing_secret FROM github_hook")
        assert hook.signing_secret not in cursor.fetchone()[0]
