"""People, teams, invitations, tokens and sign-in links: one function an intent."""

import secrets as random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from loopline.core.problems import Conflict, Invalid, Missing, NotAllowed
from loopline.platform.audit.record import Change, record
from loopline.platform.identity import secret
from loopline.platform.identity.actor import Actor, Role
from loopline.platform.identity.models import Invitation, SignInLink, Team, Token, User
from loopline.platform.identity.policy import allow

LINK_GOOD_FOR = timedelta(hours=24)
INVITATION_GOOD_FOR = timedelta(days=14)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise Invalid(role=f"A role is one of {', '.join(Role)}.") from None


def _email(text: str) -> str:
    text = text.strip().lower()
    try:
        validate_email(text)
    except ValidationError:
        raise Invalid(email=f"{text!r} is not an e-mail address.") from None
    return text


def _password(user: User, text: str) -> None:
    try:
        validate_password(text, user)
    except ValidationError as weak:
        raise Invalid(password=" ".join(weak.messages)) from None
    user.set_password(text)


@transaction.atomic
def add_person(
    *,
    actor: Actor,
    email: str,
    name: str,
    role: str,
    title: str = "",
    password: str = "",
    sample: bool = False,
    now: datetime,
) -> int:
    """Add a person who can sign in by link, or by password where one is given."""
    allow(actor, "people.invite")
    wanted = _role(role)
    if wanted.rank > actor.role.rank:
        raise NotAllowed(f"You may not give the role {wanted}: it is above yours.")
    email = _email(email)
    user = User(
        email=email, name=name.strip() or email.split("@")[0], role=wanted, title=title,
        created_at=now, sample=sample,
    )  # fmt: skip
    if password:
        _password(user, password)
    else:
        user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Conflict(f"{email} is here already.") from None
    after = {"name": user.name, "email": email, "role": wanted}
    record(actor=actor, now=now, change=Change("person.added", "person", user.pk, {}, after))
    return user.pk


def _user(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise Missing("person")
    return user


def _last_owner(user: User) -> bool:
    others = User.objects.filter(role=Role.OWNER, is_active=True).exclude(pk=user.pk)
    return user.role == Role.OWNER and not others.exists()


@transaction.atomic
def change_role(*, actor: Actor, user_id: int, role: str, now: datetime) -> None:
    allow(actor, "people.change")
    user, wanted = _user(user_id), _role(role)
    if max(wanted.rank, Role(user.role).rank) > actor.role.rank:
        raise NotAllowed("You may not change a role above your own.")
    if wanted != Role.OWNER and _last_owner(user):
        raise Conflict("This is the last owner. Make somebody else owner first.")
    before, user.role = user.role, wanted
    user.save(update_fields=["role"])
    change = Change("person.role_changed", "person", user.pk, {"role": before}, {"role": wanted})
    record(actor=actor, now=now, change=change)


def _end_sessions(user_id: int, now: datetime) -> None:
    """For good: one that merely goes unused would come back to life with its person."""
    theirs = [
        s.pk
        for s in Session.objects.filter(expire_date__gt=now).iterator(500)
        if s.get_decoded().get(SESSION_KEY) == str(user_id)
    ]
    Session.objects.filter(pk__in=theirs).delete()


@transaction.atomic
def set_active(*, actor: Actor, user_id: int, active: bool, now: datetime) -> None:
    """Deactivate somebody, which ends sessions and tokens at once, or let them back in."""
    allow(actor, "people.change")
    user = _user(user_id)
    if Role(user.role).rank > actor.role.rank:
        raise NotAllowed("You may not deactivate somebody above your own role.")
    if not active and _last_owner(user):
        raise Conflict("This is the last owner. Make somebody else owner first.")
    if user.is_active == active:
        return
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        Token.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
        SignInLink.objects.filter(user=user, used_at=None).update(used_at=now)
        _end_sessions(user.pk, now)
    action = "person.reactivated" if active else "person.deactivated"
    record(actor=actor, now=now, change=Change(action, "person", user.pk))


@transaction.atomic
def set_password(*, user_id: int, password: str, now: datetime) -> None:
    """Set one's own password; all other sessions end with the old one."""
    user = _user(user_id)
    _password(user, password)
    user.save(update_fields=["password"])
    actor = Actor(Role(user.role), Actor.system().via, user.pk, user.name)
    record(actor=actor, now=now, change=Change("person.password_changed", "person", user.pk))


@dataclass(frozen=True, slots=True)
class Secret:
    """Something shown once: the id of its row and the plain value."""

    id: int
    value: str


def _narrowed(
    actor: Actor, scopes: list[str] | None, days: int | None, now: datetime
) -> tuple[list[str] | None, datetime | None]:
    """Scopes and end of a new token: one made with a token reaches no further than its maker."""
    if scopes is not None and not scopes:
        raise Invalid(scopes="Name at least one scope, or leave scopes out for all of the role.")
    ends = now + timedelta(days=days) if days else None
    if actor.scopes is not None:
        scopes = sorted(actor.scopes) if scopes is None else scopes
        if beyond := set(scopes) - actor.scopes:
            raise NotAllowed(f"The scope {min(beyond)} is not among this token's own.")
    if actor.token_id is not None:
        own = Token.objects.filter(pk=actor.token_id).values_list("expires_at", flat=True).first()
        ends = min(ends or own, own) if own else ends
    return scopes, ends


@transaction.atomic
def create_token(
    *, actor: Actor, name: str, role: str, scopes: list[str] | None = None, days: int | None = None,
    own: bool = True, now: datetime,
) -> Secret:  # fmt: skip
    """A token that acts for the actor (or, `own=False`, for nobody) with at most the actor's role."""
    allow(actor, "token.create")
    wanted = _role(role)
    if wanted.rank > actor.role.rank:
        raise NotAllowed(f"A token of role {wanted} is above your own role, {actor.role}.")
    if not name.strip():
        raise Invalid(name="Give the token a name that says where it is used.")
    scopes, ends = _narrowed(actor, scopes, days, now)
    plain = secret.new()
    row = Token.objects.create(
        name=name.strip()[:120],
        user_id=actor.user_id if own else None,
        role=wanted,
        scopes=scopes,
        prefix=plain[:8],
        digest=secret.digest(plain),
        created_at=now,
        expires_at=ends,
    )
    after = {"name": row.name, "role": wanted, "scopes": scopes}
    record(actor=actor, now=now, change=Change("token.created", "token", row.pk, {}, after))
    return Secret(row.pk, plain)


@transaction.atomic
def revoke_token(*, actor: Actor, token_id: int, now: datetime) -> None:
    allow(actor, "token.revoke")
    row = Token.objects.filter(pk=token_id).first()
    mine = row is not None and row.user_id is not None and row.user_id == actor.user_id
    if row is None or not (mine or actor.role.rank >= Role.ADMIN.rank):
        raise Missing("token")
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        record(
            actor=actor,
            now=now,
            change=Change("token.revoked", "token", row.pk, {"name": row.name}),
        )


@transaction.atomic
def sign_in_link(*, actor: Actor, user_id: int, now: datetime) -> str:
    """The path of a single-use link that signs a person in, valid for a day."""
    allow(actor, "people.invite")
    user = _user(user_id)
    if Role(user.role).rank > actor.role.rank:
        raise NotAllowed("You may not make a sign-in link for somebody above your own role.")
    plain = random.token_urlsafe(32)
    SignInLink.objects.create(
        user=user, digest=secret.digest(plain), expires_at=now + LINK_GOOD_FOR
    )
    record(actor=actor, now=now, change=Change("person.link_made", "person", user.pk))
    return f"/enter/{plain}"


@transaction.atomic
def use_sign_in_link(*, plain: str, now: datetime) -> User:
    """The person behind a link, once. Raises Missing where it is unknown, used or too old."""
    row = SignInLink.objects.select_for_update().filter(digest=secret.digest(plain)).first()
    if row is None or row.used_at or row.expires_at <= now or not row.user.is_active:
        raise Missing("sign-in link; ask for a new one")
    row.used_at = now
    row.save(update_fields=["used_at"])
    return row.user


@transaction.atomic
def invite(*, actor: Actor, email: str, role: str, now: datetime) -> Secret:
    """An invitation by link, valid two weeks; inviting the same address again replaces the first."""
    allow(actor, "people.invite")
    wanted, email = _role(role), _email(email)
    if wanted.rank > actor.role.rank:
        raise NotAllowed(f"You may not invite somebody as {wanted}: it is above your own role.")
    if User.objects.filter(email__iexact=email).exists():
        raise Conflict(f"{email} is here already.")
    Invitation.objects.filter(email__iexact=email, accepted_at=None).update(withdrawn_at=now)
    plain = random.token_urlsafe(32)
    row = Invitation.objects.create(
        email=email, role=wanted, digest=secret.digest(plain), invited_by_id=actor.user_id,
        created_at=now, expires_at=now + INVITATION_GOOD_FOR,
    )  # fmt: skip
    record(
        actor=actor,
        now=now,
        change=Change("person.invited", "invitation", row.pk, {}, {"email": email, "role": wanted}),
    )
    return Secret(row.pk, plain)


def invitation(*, plain: str, now: datetime) -> Invitation:
    row = Invitation.objects.filter(digest=secret.digest(plain)).first()
    if row is None or row.accepted_at or row.withdrawn_at or row.expires_at <= now:
        raise Missing("invitation; ask for a new one")
    return row


@transaction.atomic
def accept_invitation(*, plain: str, name: str, password: str, now: datetime) -> User:
    """Become a person of this company. The link works once."""
    row = invitation(plain=plain, now=now)
    user_id = add_person(
        actor=Actor.system("Invitation"),
        email=row.email,
        name=name,
        role=row.role,
        password=password,
        now=now,
    )
    row.accepted_at = now
    row.save(update_fields=["accepted_at"])
    return User.objects.get(pk=user_id)


@transaction.atomic
def withdraw_invitation(*, actor: Actor, invitation_id: int, now: datetime) -> None:
    allow(actor, "people.invite")
    if not Invitation.objects.filter(pk=invitation_id, accepted_at=None).update(withdrawn_at=now):
        raise Missing("invitation")
    record(
        actor=actor,
        now=now,
        change=Change("person.invitation_withdrawn", "invitation", invitation_id),
    )


@transaction.atomic
def set_team(
    *, actor: Actor, name: str, member_ids: list[int], sample: bool = False, now: datetime
) -> int:
    """Make a team, or set the members of the one with this name."""
    allow(actor, "team.change")
    if not name.strip():
        raise Invalid(name="Give the team a name.")
    team, _ = Team.objects.get_or_create(name=name.strip()[:80], defaults={"sample": sample})
    team.members.set(member_ids)
    after = {"name": team.name, "members": member_ids}
    record(actor=actor, now=now, change=Change("team.set", "team", team.pk, {}, after))
    return team.pk


@transaction.atomic
def change_self(*, actor: Actor, name: str, title: str, now: datetime) -> None:
    """One's own name and title."""
    user = _user(actor.user_id or 0)
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= 120:
        raise Invalid(name="A name has 1 to 120 characters.")
    before = {"name": user.name, "title": user.title}
    user.name, user.title = clean, " ".join(title.split())[:120]
    user.save(update_fields=["name", "title"])
    after = {"name": user.name, "title": user.title}
    if before != after:
        record(
            actor=actor, now=now, change=Change("person.renamed", "person", user.pk, before, after)
        )
