"""What the answers say: the score, how they fall, over time, by group, and how many answered."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from loopline.core.surveys import series
from loopline.core.surveys.scores import LEAST, Score, score
from loopline.core.surveys.series import Given, Point
from loopline.platform.settings.options import zone
from loopline.slices.surveys.models import Answer, Survey
from loopline.slices.surveys.queries import ask_counts, asks_answered, rule

GROUPS = ("segment", "plan", "persona")
MOST = 200_000


@dataclass(frozen=True, slots=True)
class Results:
    """`score` is what all counted answers say, whatever their number; below ten it is not to be shown."""

    answers: int
    n: int
    score: Score | None
    distribution: Sequence[tuple[str, int]]
    interval: str
    trend: Sequence[Point]
    breakdown: dict[str, Sequence[tuple[str, Score]]] = field(default_factory=dict)
    sent: int = 0
    answered: int = 0

    @property
    def enough(self) -> bool:
        return self.n >= LEAST

    @property
    def response_rate(self) -> float | None:
        """Of those asked in person, the share who answered; None where nobody was asked so."""
        return self.answered / self.sent if self.sent else None


def _groups(survey: Survey) -> tuple[str, ...]:
    return ("role",) if survey.kind == "stakeholders" else GROUPS


def _fields(survey: Survey) -> tuple[str, ...]:
    if survey.kind == "stakeholders":
        return ("user__role",)
    return ("account__segment", "account__plan", "contact__persona__name")


def _distribution(
    survey: Survey, given: Sequence[Given], choices: Sequence[str]
) -> list[tuple[str, int]]:
    if survey.form == "choice":
        found = Counter(choices)
        return [(c, found[c]) for c in survey.choices]
    if survey.form == "text":
        return []
    numbers = Counter(g.score for g in given)
    return [(str(i), numbers[i]) for i in range(survey.most, survey.least - 1, -1)]


def _interval(given: Sequence[Given], asked: str) -> str:
    """As asked; else weeks, or months where most weeks would be too thin to say anything."""
    if asked in ("week", "month"):
        return asked
    weeks = {series.period_start(g.at.astimezone(zone()).date(), "week") for g in given}
    return "week" if weeks and len(given) / len(weeks) >= LEAST and len(weeks) <= 26 else "month"


def _hidden(survey: Survey, scores: Iterable[int | None]) -> Results:
    """Of an anonymous survey: how many, and below ten answers nothing else; never by time or group."""
    known = [s for s in scores if s is not None]
    made = score(rule(survey), known, least=survey.least, most=survey.most)
    if len(known) < LEAST:
        return Results(len(known), len(known), None, (), "month", ())
    numbers = Counter(known)
    falls = [(str(i), numbers[i]) for i in range(survey.most, survey.least - 1, -1)]
    return Results(len(known), len(known), made, falls, "month", ())


def results(
    survey: Survey,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    interval: str = "",
) -> Results:
    """Everything the answers from start to end say; the end is not included."""
    found = Answer.objects.filter(survey_id=survey.pk)
    if survey.anonymous:
        return _hidden(survey, found.exclude(score=None).values_list("score", flat=True))
    if start:
        found = found.filter(at__gte=start)
    if end:
        found = found.filter(at__lt=end)
    columns = ("person", "at", "score", "choice", *_fields(survey))
    rows = list(found.order_by("-at").values_list(*columns)[:MOST])
    given = [
        Given(person, at, number, tuple(g or "" for g in groups))
        for person, at, number, _, *groups in rows
        if number is not None
    ]
    by, ends = rule(survey), {"least": survey.least, "most": survey.most}
    counted = series.counted(by, given)
    step = _interval(given, interval)
    counts = ask_counts(survey.pk)
    choices = [c for _, _, _, c, *_ in rows]
    return Results(
        len(rows),
        len(counted) if survey.form == "scale" else len(rows),
        score(by, [g.score for g in counted], **ends),
        _distribution(survey, counted, choices),
        step,
        series.trend(by, given, interval=step, zone=zone(), **ends) if by else [],
        {
            name: series.by_group(by, given, i, **ends) if by else []
            for i, name in enumerate(_groups(survey))
        },
        counts.get("sent", 0),
        asks_answered(survey.pk) if counts.get("sent") else 0,
    )
