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


@dataclass(frozen=True)
class AnswersForgotten(Event):
    """Answers lost who gave them, in an erasure of that key: what came of their words does too."""

    type: ClassVar[str] = "survey.answers_forgotten"
    answer_ids: tuple[int, ...]
    erasure: str
