"""Reads about people and tokens; nothing here writes except the token's last use."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from loopline.core.problems import Missing, NotSignedIn
from loopline.platform.db.once import once
from loopline.platform.identity import secret as secrets
from loopline.platform.identity.actor import Actor, Role, Via
from loopline.platform.identity.models import Invitation, Team, Token, User
from loopline.platform.identity.policy import allow


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    email: str
    role: str
    title: str
    initials: str
    is_active: bool = True
    teams: tuple[str, ...] = ()


def _person(user: User, teams: tuple[str, ...] = ()) -> Person:
    return Person(
        user.pk, user.name, user.email, user.role, user.title, user.initials, user.is_active, teams
    )


def actor_for(user: User, via: Via) -> Actor:
    """The actor a signed-in person is."""
    return Actor(Role(user.role), via, user.pk, user.name or user.email, user.email)


def actor_by_token(raw: str, *, now: datetime, via: Via = Via.API) -> Actor:
    """The actor behind a bearer token. Raises NotSignedIn for anything unknown, expired or revoked."""
    refused = NotSignedIn(
        "This token is unknown, expired or revoked. Make a new one under Settings."
    )
    if not secrets.well_formed(raw):
        raise refused
    token = Token.objects.select_related("user").filter(digest=secrets.digest(raw)).first()
    if token is None or token.revoked_at or (token.expires_at and token.expires_at <= now):
        raise refused
    if token.user and not token.user.is_active:
        raise refused
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=10):
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    role = Role(token.role)
    if token.user and Role(token.user.role).rank < role.rank:
        role = Role(token.user.role)
    scopes = None if token.scopes is None else frozenset(token.scopes)
    name = token.user.name if token.user else token.name
    email = token.user.email if token.user else ""
    return Actor(role, via, token.user_id, name, email, token.pk, scopes)


def is_token(raw: str) -> bool:
    """Whether this was ever one of our tokens, living or not."""
    return secrets.well_formed(raw) and Token.objects.filter(digest=secrets.digest(raw)).exists()


def people(*, actor: Actor, active_only: bool = True) -> list[Person]:
    """Everybody here, by name."""
    allow(actor, "people.read")
    users = User.objects.prefetch_related("teams").order_by("name")
    if active_only:
        users = users.filter(is_active=True)
    return [_person(u, tuple(t.name for t in u.teams.all())) for u in users]


def people_by_id(ids: set[int]) -> dict[int, Person]:
    """People for rows already read by an actor; one query, unknown ids left out."""
    ids = {i for i in ids if i}
    return {u.pk: _person(u) for u in User.objects.filter(pk__in=ids)} if ids else {}


def person(user_id: int) -> Person:
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise Missing("person")
    return _person(user)


def find_people(*, actor: Actor, text: str, limit: int = 8) -> list[Person]:
    """People whose name or e-mail starts with the text, for mentions and pickers."""
    allow(actor, "people.read")
    match = Q(name__istartswith=text) | Q(email__istartswith=text) | Q(name__icontains=f" {text}")
    return [_person(u) for u in User.objects.filter(match, is_active=True).order_by("name")[:limit]]


def mentioned(text: str) -> list[Person]:
    """People named in a text as @First or @First Last or @e-mail, each once."""
    if "@" not in text:
        return []
    low = text.lower()
    found = []
    for user in User.objects.filter(is_active=True):
        handles = {user.email.lower(), user.name.lower(), user.name.lower().split(" ")[0]}
        if any(f"@{h}" in low for h in handles if h):
            found.append(_person(user))
    return found


@once
def teams() -> list[tuple[int, str]]:
    return list(Team.objects.order_by("name").values_list("pk", "name"))


def tokens(*, actor: Actor) -> list[Token]:
    """The actor's own tokens; an admin sees all."""
    allow(actor, "token.read")
    rows = Token.objects.select_related("user").filter(revoked_at=None).order_by("-created_at")
    return list(
        rows if actor.role.rank >= Role.ADMIN.rank else rows.filter(user_id=actor.user_id or 0)
    )


def open_invitations(*, actor: Actor, now: datetime) -> list[Invitation]:
    allow(actor, "people.invite")
    return list(
        Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now).order_by(
            "-created_at"
        )
    )


@once
def people_choices() -> list[tuple[str, str]]:
    """Everybody active as (id, name), for pickers and filters."""
    rows = User.objects.filter(is_active=True).order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows]


def find_person_id(text: str) -> int | None:
    """Who a picker's answer means: an id, an exact name or an e-mail address."""
    rows = User.objects.filter(is_active=True)
    if text.isascii() and text.isdigit() and len(text) < 18:
        return rows.filter(pk=int(text)).values_list("pk", flat=True).first()
    match = Q(name__iexact=text) | Q(email__iexact=text)
    return rows.filter(match).order_by("pk").values_list("pk", flat=True).first()


@once
def team_members() -> dict[int, frozenset[int]]:
    """Team -> its active people, every team; two queries."""
    out: dict[int, set[int]] = {i: set() for i in Team.objects.values_list("pk", flat=True)}
    pairs = Team.members.through.objects.filter(user__is_active=True)
    for team, user in pairs.values_list("team_id", "user_id"):
        out[team].add(user)
    return {team: frozenset(users) for team, users in out.items()}
