"""What surveys publish."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class SurveyAnswered(Event):
    """Somebody answered, or corrected their answer."""

    type: ClassVar[str] = "survey.answered"
    survey_id: int
    answer_id: int
