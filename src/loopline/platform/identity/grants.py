"""What may send events now: ingest keys and API tokens, as digests for a process that keeps them in memory."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from loopline.platform.identity.actor import Actor, Role, Via
from loopline.platform.identity.models import IngestKey, Token
from loopline.platform.identity.policy import allow, may

_OFTEN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Grant:
    """One secret by its digest. `allowed` is False for a token that is good but may not write events."""

    digest: str
    name: str
    allowed: bool
    expires_at: datetime | None
    token: bool = False


def grants(*, now: datetime) -> dict[str, Grant]:
    """Every living ingest key and API token by its digest."""
    living = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))
    found = [
        Grant(digest, f"ingest key {name}", True, expires_at)
        for digest, name, expires_at in IngestKey.objects.filter(living).values_list(
            "digest", "name", "expires_at"
        )
    ]
    tokens = Token.objects.filter(living & (Q(user=None) | Q(user__is_active=True)))
    rows = tokens.annotate(held=F("user__role")).values_list(
        "digest", "name", "expires_at", "role", "held", "scopes"
    )
    for digest, name, expires_at, role, held, scopes in rows:
        own = Role(role)
        least = own if held is None or Role(held).rank >= own.rank else Role(held)
        actor = Actor(least, Via.API, scopes=None if scopes is None else frozenset(scopes))
        found.append(Grant(digest, f"token {name}", may(actor, "events.write"), expires_at, True))
    return {grant.digest: grant for grant in found}


def note_use(digests: Collection[str], *, now: datetime) -> None:
    """Remember that these tokens were used; written where the last time is ten minutes ago or more."""
    before = Q(last_used_at=None) | Q(last_used_at__lt=now - _OFTEN)
    Token.objects.filter(before, digest__in=digests).update(last_used_at=now)


def ingest_keys(*, actor: Actor, now: datetime) -> list[IngestKey]:
    """The keys that still let events in, newest first."""
    allow(actor, "ingest-key.read")
    living = Q(expires_at=None) | Q(expires_at__gt=now)
    return list(IngestKey.objects.filter(living, revoked_at=None).order_by("-created_at", "-pk"))
