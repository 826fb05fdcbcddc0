"""Idempotency keys and tokens: kept answers give no secret away, and no token makes a stronger one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from loopline.core.problems import Invalid, Missing, NotAllowed
from loopline.platform.api.models import IdempotentAnswer
from loopline.platform.entrance import services
from loopline.platform.identity.models import Token
from loopline.platform.identity.queries import actor_by_token


def _post(client, auth, body, key="k-1"):
    return client.post(
        "/api/v1/tokens", body, content_type="application/json", headers={**auth, "Idempotency-Key": key}
    )  # fmt: skip


def test_a_kept_answer_does_not_show_the_secret_it_holds(client, token):
    auth = token("owner")
    made = _post(client, auth, {"name": "robot"})
    kept = IdempotentAnswer.objects.get()
    assert made.status_code == 201
    assert made.json()["token"].encode() not in bytes(kept.body)
    again = _post(client, auth, {"name": "robot"})
    assert again.json() == made.json()
    assert again["Idempotency-Replayed"] == "true"


def test_a_revoked_token_is_refused_its_old_answers(client, cast, token):
    auth = token("member")
    assert _post(client, auth, {"name": "robot"}).status_code == 201
    first = Token.objects.order_by("pk").first()
    services.revoke_token(actor=cast.olu, token_id=first.pk, now=timezone.now())
    again = _post(client, auth, {"name": "robot"})
    assert again.status_code == 401
    assert "ll_" not in again.content.decode()


def test_an_answer_sealed_under_another_key_is_refused_in_words(client, token):
    auth = token("owner")
    _post(client, auth, {"name": "robot"})
    IdempotentAnswer.objects.update(body=b"plain")
    assert _post(client, auth, {"name": "robot"}).status_code == 422


def _by(cast, now, scopes, days=None):
    made = services.create_token(
        actor=cast.bo, name="first", role="product", scopes=scopes, days=days, now=now
    )
    return actor_by_token(made.value, now=now)


def test_a_token_makes_none_with_scopes_it_lacks(cast, now):
    narrow = _by(cast, now, ["token:write", "feedback:read"])
    with pytest.raises(NotAllowed):
        services.create_token(actor=narrow, name="x", role="product", scopes=["write"], now=now)
    made = services.create_token(actor=narrow, name="x", role="product", now=now)
    assert set(Token.objects.get(pk=made.id).scopes) == {"token:write", "feedback:read"}


def test_a_token_makes_none_that_outlives_it(cast, now):
    brief = _by(cast, now, ["token:write"], days=3)
    for days in (None, 400):
        made = services.create_token(actor=brief, name="x", role="viewer", days=days, now=now)
        assert Token.objects.get(pk=made.id).expires_at == now + timedelta(days=3)


def test_no_scopes_is_not_all_scopes(client, cast, token, now):
    with pytest.raises(Invalid):
        services.create_token(actor=cast.bo, name="x", role="product", scopes=[], now=now)
    assert _post(client, token("owner"), {"name": "x", "scopes": []}).status_code == 422


def test_a_token_of_nobody_revokes_no_other_of_nobody(cast, now):
    mine, other = (
        services.create_token(actor=cast.olu, name=n, role="member", own=False, now=now)
        for n in "ab"
    )
    with pytest.raises(Missing):
        services.revoke_token(actor=actor_by_token(mine.value, now=now), token_id=other.id, now=now)


@pytest.mark.parametrize(
    "query",
    ["limit=%C2%B2", "limit=" + "9" * 5000, "cursor=WyIiLCBJbmZpbml0eSwgSW5maW5pdHld", "cursor=WyIiLCAiYWJjIiwgMV0"],
)  # fmt: skip
def test_odd_numbers_in_a_list_are_refused(client, token, query):
    assert client.get(f"/api/v1/feedback?{query}", headers=token("viewer")).status_code == 422


def test_an_etag_beyond_all_numbers_is_refused(client, token):
    made = client.post(
        "/api/v1/feedback", {"source": "api", "verbatim": "a b c"}, content_type="application/json",
        headers=token("product"),
    )  # fmt: skip
    headers = {**token("product"), "If-Match": f'"v{"9" * 5000}"'}
    answered = client.patch(
        f"/api/v1/feedback/{made.json()['id']}", {"title": "x"}, content_type="application/json",
        headers=headers,
    )  # fmt: skip
    assert answered.status_code == 422
