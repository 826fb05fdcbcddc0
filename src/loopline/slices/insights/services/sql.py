"""SQL: run over the house's own views or the company's warehouse; the warehouse connected and let go."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from loopline.core.problems import Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.insights import company, queries
from loopline.slices.insights.models import Warehouse

OWN, COMPANY = "loopline", "warehouse"


def run_sql(
    *, actor: Actor, text: str, source: str = OWN, limit: int = queries.MOST_ROWS
) -> dict[str, Any]:
    """Rows of one SELECT, as `queries.sql` answers them; who read how many rows is kept in the audit log.

    Raises Invalid, TooMany, Missing or Unavailable.
    """
    if source in ("", OWN):
        found = queries.sql(actor=actor, text=text, limit=limit)
    elif source == COMPANY:
        allow(actor, "sql.read")
        found = _company(text, min(limit, queries.MOST_ROWS))
    else:
        raise Invalid(source=f"A source is {OWN} or {COMPANY}.")
    _read(actor, text, source or OWN, len(found["rows"]))
    return found


def _company(text: str, limit: int) -> dict[str, Any]:
    columns, rows, more, took = company.asked(text, limit)
    return {
        "columns": [{"name": name, "type": type_} for name, type_ in columns],
        "rows": rows,
        "more": more,
        "computed_from": {
            "events": 0, "through": None, "engine": "postgresql", "milliseconds": took
        },
    }  # fmt: skip


def _read(actor: Actor, text: str, source: str, rows: int) -> None:
    """The statement itself may name persons: its digest tells two runs of one statement apart from another."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    after = {"source": source, "rows": rows, "digest": digest}
    record(actor=actor, now=timezone.now(), change=Change("sql.ran", "sql", 0, {}, after))


def warehouse() -> Warehouse | None:
    """The connected warehouse, without asking it."""
    return Warehouse.objects.filter(pk=1).exclude(url="").first()


@transaction.atomic
def connect_warehouse(*, actor: Actor, url: str, now: datetime) -> str:
    """Keep the address, sealed, once a first SELECT works; answers its label. Raises Invalid or Unavailable."""
    allow(actor, "warehouse.change")
    label = company.label(url)
    company.select(url.strip(), "select 1", 1, seconds=8.0)
    row, _ = Warehouse.objects.update_or_create(
        pk=1,
        defaults={
            "url": url.strip(),
            "label": label,
            "connected_at": now,
            "by_name": actor.name[:160],
        },
    )
    record(
        actor=actor,
        now=now,
        change=Change("warehouse.connected", "warehouse", row.pk, {}, {"at": label}),
    )
    return label


@transaction.atomic
def let_warehouse_go(*, actor: Actor, now: datetime) -> None:
    """Forget the address; saved queries stay."""
    allow(actor, "warehouse.change")
    row = Warehouse.objects.filter(pk=1).first()
    if row is None:
        raise Missing("company warehouse")
    before = {"at": row.label}
    row.delete()
    record(actor=actor, now=now, change=Change("warehouse.let_go", "warehouse", 1, before, {}))
