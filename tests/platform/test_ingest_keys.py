"""Keys that send events: made once, kept as a digest, rotated with or without an overlap, ended, audited."""

from datetime import timedelta

import pytest

from loopline.core.problems import Conflict, Invalid, Missing, NotAllowed
from loopline.platform.audit.models import AuditEntry
from loopline.platform.entrance import ingest_keys as keys
from loopline.platform.entrance import services as entrance
from loopline.platform.identity import secret
from loopline.platform.identity.grants import grants, ingest_keys
from loopline.platform.identity.models import IngestKey


def good(value, now):
    grant = grants(now=now).get(secret.digest(value))
    return grant is not None and grant.allowed


def test_a_key_is_shown_once_and_only_its_digest_is_kept(cast, now):
    made = keys.create_ingest_key(actor=cast.ada, name=" web  shop ", now=now)
    assert made.value.startswith("ll_")
    assert secret.well_formed(made.value)
    row = IngestKey.objects.get(pk=made.id)
    assert made.value not in str(vars(row))
    assert row.name == "web shop"
    assert good(made.value, now)
    assert [k.name for k in ingest_keys(actor=cast.ada, now=now)] == ["web shop"]
    with pytest.raises(Conflict):
        keys.create_ingest_key(actor=cast.ada, name="web shop", now=now)
    with pytest.raises(Invalid):
        keys.create_ingest_key(actor=cast.ada, name=" ", now=now)


def test_only_an_admin_makes_rotates_or_ends_keys(cast, now):
    keys.create_ingest_key(actor=cast.ada, name="web", now=now)
    for act in (keys.create_ingest_key, keys.rotate_ingest_key, keys.revoke_ingest_key):
        with pytest.raises(NotAllowed):
            act(actor=cast.bo, name="web", now=now)


def test_rotating_ends_the_old_key_at_once_or_after_an_overlap(cast, now):
    first = keys.create_ingest_key(actor=cast.ada, name="web", now=now)
    second = keys.rotate_ingest_key(actor=cast.ada, name="web", now=now)
    assert (good(first.value, now), good(second.value, now)) == (False, True)
    third = keys.rotate_ingest_key(actor=cast.ada, name="web", keep_old_days=2, now=now)
    assert good(second.value, now + timedelta(days=1))
    assert not good(second.value, now + timedelta(days=3))
    assert good(third.value, now + timedelta(days=3))
    with pytest.raises(Missing):
        keys.rotate_ingest_key(actor=cast.ada, name="other", now=now)
    with pytest.raises(Invalid):
        keys.rotate_ingest_key(actor=cast.ada, name="web", keep_old_days=-1, now=now)
    assert keys.revoke_ingest_key(actor=cast.ada, name="web", now=now) == 3
    assert not good(second.value, now)
    assert not good(third.value, now)
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        "ingest-key.created", "ingest-key.rotated", "ingest-key.rotated", "ingest-key.revoked",
    ]  # fmt: skip


def test_tokens_send_events_where_role_and_scopes_allow_it(cast, now):
    def token(who, **more):
        return entrance.create_token(actor=who, name="t", now=now, **more).value

    assert good(token(cast.ann, role="member", scopes=["events:write"]), now)
    assert good(token(cast.bo, role="product"), now)
    assert not good(token(cast.bo, role="product", scopes=["feedback:write"]), now)
    viewer = token(cast.bo, role="viewer", scopes=["events:write"])
    assert secret.digest(viewer) in grants(now=now), "known, so 403 and not 401"
    assert not good(viewer, now)
    lowered = token(cast.cy, role="product")
    entrance.change_role(actor=cast.olu, user_id=cast.cy.user_id, role="viewer", now=now)
    assert not good(lowered, now)
    gone = token(cast.ann, role="member")
    entrance.set_active(actor=cast.olu, user_id=cast.ann.user_id, active=False, now=now)
    assert not good(gone, now)
    ends = token(cast.bo, role="member", days=1)
    assert secret.digest(ends) not in grants(now=now + timedelta(days=2))
