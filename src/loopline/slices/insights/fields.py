"""Fields that are edited in place."""

from datetime import datetime
from typing import Any

from loopline.core.problems import Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.ui.details import Field, editable
from loopline.platform.ui.rows import Edit, row_fields
from loopline.slices.insights import jobs, queries, services  # noqa: F401  jobs come with the worker
from loopline.slices.insights.models import PropertyName
from loopline.slices.insights.services.catalogue import STATES


def _property(id_: int) -> tuple[str, int]:
    row = PropertyName.objects.filter(pk=id_).first()
    if row is None:
        raise Missing("property")
    return row.description, 1


def _describe(*, actor: Actor, id_: int, value: Any, version: int | None, now: datetime) -> None:
    services.describe_property(actor=actor, id_=id_, description=value, now=now)


def registered() -> None:
    """Put the fields where the pages find them."""
    row_fields(
        "event-name",
        lambda i: queries.event_rows().filter(pk=i).first(),
        "insight.change",
        services.change_event,
        Edit("description", "Description", "longtext"),
        Edit("state", "State", "choice", lambda: STATES),
        Edit("owner", "Owner", "person", key="owner_id",
             value=lambda e: e.owner.name if e.owner else ""),
    )  # fmt: skip
    row_fields(
        "cohort",
        lambda i: queries.cohort_rows().filter(pk=i).first(),
        "insight.change",
        services.change_cohort,
        Edit("name", "Name"),
        Edit("says", "What for"),
        Edit("owner", "Owner", "person", key="owner_id",
             value=lambda c: c.owner.name if c.owner else ""),
    )  # fmt: skip
    editable(
        "event-property",
        Field("description", "Description", "text", "insight.change", _property, _describe),
    )
