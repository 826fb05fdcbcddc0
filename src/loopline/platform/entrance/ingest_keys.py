"""Ingest keys: made, rotated and revoked; shown once, kept as a digest, each act audited."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.entrance.services import Secret
from loopline.platform.identity import secret
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.models import IngestKey
from loopline.platform.identity.policy import allow

LONGEST_OVERLAP = 90  # days an old key may stay good


def _new(name: str, now: datetime) -> tuple[IngestKey, str]:
    plain = secret.new("ll_in")
    row = IngestKey(
        name=name, prefix=plain[:12], digest=secret.digest(plain), created_at=now
    )  # fmt: skip
    return row, plain


@transaction.atomic
def create_ingest_key(*, actor: Actor, name: str, now: datetime) -> Secret:
    """A key that may send events and nothing else. Raises Conflict where the name is taken."""
    allow(actor, "ingest-key.create")
    name = " ".join(name.split())[:120]
    if not name:
        raise Invalid(name="Give the key a name that says where it is used.")
    row, plain = _new(name, now)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict(
            f"There is an ingest key called {name}. Rotate it, or choose another name."
        ) from None
    change = Change("ingest-key.created", "ingest-key", row.pk, {}, {"name": name})
    record(actor=actor, now=now, change=change)
    return Secret(row.pk, plain)


def _living(name: str) -> IngestKey:
    rows = IngestKey.objects.select_for_update().filter(revoked_at=None, expires_at=None)
    row = rows.filter(name=" ".join(name.split())).first()
    if row is None:
        raise Missing(f"ingest key called {name}")
    return row


@transaction.atomic
def rotate_ingest_key(
    *, actor: Actor, name: str, keep_old_days: int = 0, now: datetime
) -> Secret:  # fmt: skip
    """A new key under the same name; the old one ends at once, or after some days of overlap."""
    allow(actor, "ingest-key.rotate")
    if not 0 <= keep_old_days <= LONGEST_OVERLAP:
        raise Invalid(keep_old_days=f"The old key may stay good for 0 to {LONGEST_OVERLAP} days.")
    old = _living(name)
    old.expires_at = now + timedelta(days=keep_old_days)
    old.save(update_fields=["expires_at"])
    row, plain = _new(old.name, now)
    row.save()
    before, after = {"key": old.pk}, {"key": row.pk, "old_ends": old.expires_at}
    record(
        actor=actor,
        now=now,
        change=Change("ingest-key.rotated", "ingest-key", row.pk, before, after),
    )
    return Secret(row.pk, plain)


@transaction.atomic
def revoke_ingest_key(*, actor: Actor, name: str, now: datetime) -> int:
    """End every key of this name, old ones of a rotation too; how many there were."""
    allow(actor, "ingest-key.revoke")
    name = " ".join(name.split())
    rows = IngestKey.objects.filter(name=name, revoked_at=None)
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        raise Missing(f"ingest key called {name}")
    rows.update(revoked_at=now)
    change = Change("ingest-key.revoked", "ingest-key", ids[-1], {"name": name}, {"keys": len(ids)})
    record(actor=actor, now=now, change=change)
    return len(ids)
