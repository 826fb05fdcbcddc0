"""What measures publish."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class MetricValueRecorded(Event):
    """A metric has a new value, or one was corrected."""

    type: ClassVar[str] = "metric.value_recorded"
    metric_id: int
    value_id: int


@dataclass(frozen=True)
class MetricRedefined(Event):
    """A metric has a new definition; what it says from now on is not what it said before."""

    type: ClassVar[str] = "metric.redefined"
    metric_id: int
    number: int
