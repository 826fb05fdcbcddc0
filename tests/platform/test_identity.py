"""Who may come in and what they may do."""

from datetime import timedelta

import pytest

from loopline.core.problems import Conflict, Invalid, Missing, NotAllowed, NotSignedIn
from loopline.platform.entrance import services as entrance
from loopline.platform.identity import policy, secret
from loopline.platform.identity.actor import Actor, Role, Via
from loopline.platform.identity.models import Token, User
from loopline.platform.identity.queries import actor_by_token, mentioned


def test_each_role_may_do_everything_the_one_before_it_may():
    order = [Role.VIEWER, Role.MEMBER, Role.PRODUCT, Role.ADMIN, Role.OWNER]
    for action in policy.actions():
        allowed = [policy.may(Actor(r, Via.WEB), action) for r in order]
        assert allowed == sorted(allowed), action
        assert allowed[-1], f"the owner may {action}"


def test_what_has_no_rule_is_denied_to_everybody():
    with pytest.raises(NotAllowed, match="no rule"):
        policy.allow(Actor(Role.OWNER, Via.WEB), "moon.land")
    assert not policy.may(None, "people.read")
    with pytest.raises(NotSignedIn):
        policy.allow(None, "people.read")


def test_scopes_narrow_a_role_but_never_widen_it():
    writer = Actor(Role.MEMBER, Via.API, scopes=frozenset({"comment:write"}))
    assert policy.may(writer, "comment.write")
    assert policy.may(writer, "comment.read"), "who writes an area reads it"
    assert not policy.may(writer, "people.read")
    assert not policy.may(Actor(Role.VIEWER, Via.API, scopes=frozenset({"write"})), "comment.write")
    reader = Actor(Role.OWNER, Via.API, scopes=frozenset({"read"}))
    assert policy.may(reader, "people.read")
    assert not policy.may(reader, "people.change")


def test_a_token_is_shown_once_and_only_its_digest_is_kept(cast, now):
    made = entrance.create_token(actor=cast.bo, name="CI", role="member", now=now)
    assert made.value.startswith("ll_")
    assert secret.well_formed(made.value)
    row = Token.objects.get(pk=made.id)
    assert made.value not in str(vars(row))
    actor = actor_by_token(made.value, now=now)
    assert (actor.role, actor.user_id, actor.via) == (Role.MEMBER, cast.bo.user_id, Via.API)


def test_a_wrong_expired_or_revoked_token_signs_nobody_in(cast, now):
    made = entrance.create_token(actor=cast.bo, name="CI", role="viewer", days=1, now=now)
    for raw in ["", "ll_x", made.value[:-1] + "!", secret.new()]:
        with pytest.raises(NotSignedIn):
            actor_by_token(raw, now=now)
    with pytest.raises(NotSignedIn):
        actor_by_token(made.value, now=now + timedelta(days=2))
    entrance.revoke_token(actor=cast.bo, token_id=made.id, now=now)
    with pytest.raises(NotSignedIn):
        actor_by_token(made.value, now=now)


def test_nobody_gives_more_than_they_have(cast, now):
    with pytest.raises(NotAllowed):
        entrance.create_token(actor=cast.ann, name="x", role="owner", now=now)
    with pytest.raises(NotAllowed):
        entrance.invite(actor=cast.ada, email="new@oakrow.example", role="owner", now=now)
    with pytest.raises(NotAllowed):
        entrance.add_person(
            actor=cast.bo, email="new@oakrow.example", name="", role="viewer", now=now
        )


def test_a_lowered_person_lowers_their_tokens(cast, now):
    made = entrance.create_token(actor=cast.bo, name="CI", role="product", now=now)
    entrance.change_role(actor=cast.ada, user_id=cast.bo.user_id, role="viewer", now=now)
    assert actor_by_token(made.value, now=now).role == Role.VIEWER


def test_deactivating_somebody_ends_their_tokens_and_links_at_once(cast, now):
    made = entrance.create_token(actor=cast.bo, name="CI", role="product", now=now)
    link = entrance.sign_in_link(actor=cast.ada, user_id=cast.bo.user_id, now=now)
    entrance.set_active(actor=cast.ada, user_id=cast.bo.user_id, active=False, now=now)
    with pytest.raises(NotSignedIn):
        actor_by_token(made.value, now=now)
    with pytest.raises(Missing):
        entrance.use_sign_in_link(plain=link.removeprefix("/enter/"), now=now)


def test_the_last_owner_stays(cast, now):
    with pytest.raises(Conflict, match="last owner"):
        entrance.change_role(actor=cast.olu, user_id=cast.olu.user_id, role="admin", now=now)
    with pytest.raises(Conflict, match="last owner"):
        entrance.set_active(actor=cast.olu, user_id=cast.olu.user_id, active=False, now=now)


def test_a_sign_in_link_works_once(cast, now):
    link = entrance.sign_in_link(actor=cast.ada, user_id=cast.ann.user_id, now=now)
    plain = link.removeprefix("/enter/")
    assert entrance.use_sign_in_link(plain=plain, now=now).pk == cast.ann.user_id
    with pytest.raises(Missing):
        entrance.use_sign_in_link(plain=plain, now=now)


def test_an_invitation_makes_one_person_with_the_role_it_names(cast, now):
    made = entrance.invite(actor=cast.ada, email="Nia@Oakrow.example", role="member", now=now)
    with pytest.raises(Invalid):
        entrance.accept_invitation(plain=made.value, name="Nia", password="password", now=now)
    user = entrance.accept_invitation(
        plain=made.value, name="Nia Okoye", password="seven-green-ferries", now=now
    )
    assert (user.role, user.email) == (Role.MEMBER, "nia@oakrow.example")
    with pytest.raises(Missing):
        entrance.accept_invitation(
            plain=made.value, name="x", password="seven-green-ferries", now=now
        )


def test_mentions_find_people_by_first_name_full_name_and_address(cast):
    User.objects.filter(pk=cast.dee.user_id).update(is_active=False)
    text = "@Ann please look, and @bo@oakrow.example too; not @Dee"
    assert {p.name for p in mentioned(text)} == {"Ann Asker", "Bo Decider"}
