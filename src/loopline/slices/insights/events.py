"""What insights publish."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class ReportDefinitionChanged(Event):
    """A report counts something else than before."""

    type: ClassVar[str] = "report.definition_changed"
    report_id: int
    definition_version: int
