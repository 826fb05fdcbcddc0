"""Which points of an answer stand for periods the span does not hold whole; the same for every engine."""

from dataclasses import replace
from itertools import pairwise

from loopline.core.insights import ir
from loopline.core.insights.answers import (
    ActivesAnswer,
    Answer,
    LifecycleAnswer,
    RetentionAnswer,
    Series,
    TrendAnswer,
)
from loopline.core.insights.periods import edges


def flagged(question: ir.Question, answer: Answer) -> Answer:
    """The answer with `incomplete` set where it holds."""
    match question, answer:
        case ir.Retention(), RetentionAnswer():
            cut = _cut(question, question.interval)
            return RetentionAnswer(
                tuple(replace(each, incomplete=each.start in cut) for each in answer.cohorts)
            )
        case ir.Trend(), TrendAnswer():
            cut = _cut(question, question.interval)
            return TrendAnswer(
                tuple(
                    Series(
                        each.value,
                        tuple(replace(point, incomplete=point.at in cut) for point in each.points),
                    )
                    for each in answer.series
                )
            )
        case ir.Actives(), ActivesAnswer():
            rolling = question.rolling_days > 1
            interval = ir.Interval.DAY if rolling else question.interval
            cut = _cut(question, interval, looks_back=rolling)
            return ActivesAnswer(
                tuple(replace(point, incomplete=point.at in cut) for point in answer.points)
            )
        case ir.Lifecycle(), LifecycleAnswer():
            cut = _cut(question, question.interval, looks_back=True)
            return LifecycleAnswer(
                tuple(replace(point, incomplete=point.at in cut) for point in answer.points)
            )
    return answer


def _cut(question: ir.Question, interval: ir.Interval, *, looks_back: bool = False) -> set[int]:
    """The periods that begin before the span (where the question does not look back before it) or end after it."""
    span, bounds = question.span, edges(question.span, interval)
    return {
        at for at, end in pairwise(bounds) if end > span.end or (at < span.start and not looks_back)
    }
