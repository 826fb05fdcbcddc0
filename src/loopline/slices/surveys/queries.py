"""Asking about surveys. Later slices get frozen values, never rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet

from loopline.core.problems import Missing
from loopline.core.surveys.scores import Score
from loopline.core.surveys.scores import score as computed
from loopline.core.surveys.series import Given, counted
from loopline.platform.cards.registry import Card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.surveys.models import Answer, Ask, Survey
from loopline.slices.surveys.rules import KINDS, STATES, rule_of

FeedbackOf = Callable[[Sequence[int]], Mapping[int, tuple[str, str]]]
_FEEDBACK: list[FeedbackOf] = []


@dataclass(frozen=True, slots=True)
class Said:
    """An answer's words for the intake. `contact_email` is empty where only the page said who it is."""

    answer_id: int
    survey_id: int
    survey: str
    kind: str
    score: str
    words: str
    at: datetime
    contact_email: str
    contact_name: str
    account: str
    account_domain: str
    user_id: int | None
    sample: bool


def provide_feedback(found: FeedbackOf) -> None:
    """The intake says what became of answers: answer id -> (key, address)."""
    _FEEDBACK[:] = [found]


def feedback_of(answer_ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    return _FEEDBACK[0](answer_ids) if _FEEDBACK and answer_ids else {}


def rows() -> QuerySet[Survey]:
    """Surveys with how many were asked, answered and when last."""
    return Survey.objects.select_related("owner").annotate(
        answered=Count("answers", distinct=True), last_at=Max("answers__at")
    )


def one(*, actor: Actor, survey_id: int) -> Survey:
    allow(actor, "survey.read")
    found = Survey.objects.select_related("owner").filter(pk=survey_id).first()
    if found is None:
        raise Missing("survey")
    return found


def answer_rows(survey_id: int) -> QuerySet[Answer]:
    """One by one; none of an anonymous survey, where time and words would say who it was."""
    found = Answer.objects.select_related("contact", "account", "user")
    return found.filter(survey_id=survey_id, survey__anonymous=False)


def answer_count(survey_id: int) -> int:
    return Answer.objects.filter(survey_id=survey_id).count()


def ask_counts(survey_id: int) -> dict[str, int]:
    """People asked by the state of their mail; empty where nobody was."""
    found = Ask.objects.filter(survey_id=survey_id).values_list("state").annotate(n=Count("id"))
    return dict(found)


def asks_answered(survey_id: int) -> int:
    """How many of those asked in person have answered, whichever way."""
    people = Ask.objects.filter(survey_id=survey_id, state="sent").values("person")
    found = Answer.objects.filter(survey_id=survey_id, person__in=people)
    return found.values("person").distinct().count()


def who_answered(survey_id: int, people: Sequence[str]) -> set[str]:
    """Those of these people who have answered; one query."""
    found = Answer.objects.filter(survey_id=survey_id, person__in=list(people))
    return set(found.values_list("person", flat=True))


def said(answer_id: int) -> Said | None:
    """The words of an answer, where they go to the intake."""
    a = Answer.objects.select_related("survey", "contact", "account").filter(pk=answer_id).first()
    if a is None or not a.survey.to_intake:
        return None
    contact, account = a.contact, a.account
    known = contact is not None
    email = contact.email if contact else a.address if a.certain and not a.user_id else ""
    name = contact.name if contact else a.name if a.certain and not a.user_id else ""
    return Said(
        a.pk, a.survey_id, a.survey.name, a.survey.kind, answer_text(a.survey, a), a.words, a.at, email,
        name if known or email else "", account.name if account else "", account.domain if account else "",
        a.user_id, a.sample,
    )  # fmt: skip


def answer_text(survey: Survey, a: Answer) -> str:
    """The answer beside its words, as printed: "9 of 10", or what was chosen."""
    if survey.form == "choice":
        return a.choice
    return "" if a.score is None else f"{a.score} of {survey.most}"


def measured(*, survey_kind: str, start: datetime, end: datetime) -> Score | None:
    """What all surveys of a kind say from start to end, the end not included, however few answered.

    NPS in points with the latest answer of each person; CSAT and stakeholders as a share of 0 to 1; CES as a mean of
    1 to 7. None without answers, and for custom surveys, whose questions differ.
    """
    kind = KINDS.get(survey_kind)
    if kind is None or survey_kind == "custom":
        return None
    found = Answer.objects.filter(
        survey__kind=survey_kind, survey__archived_at=None, at__gte=start, at__lt=end
    )
    rows = found.exclude(score=None).values_list("person", "at", "score")
    given = [Given(person, at, score) for person, at, score in rows if score is not None]
    scores = [g.score for g in counted(kind.rule, given)]
    return computed(kind.rule, scores, kind.least, kind.most)


def score_at(
    *, survey_kind: str, start: datetime, end: datetime
) -> tuple[float, int, float, float] | None:
    """(value, answers, low, high); see `measured`. None below ten answers, where a score would say too much."""
    got = measured(survey_kind=survey_kind, start=start, end=end)
    return (got.value, got.n, got.low, got.high) if got and got.enough else None


def ever_asked(survey_kind: str) -> bool:
    """Whether a survey of this kind takes or has taken answers."""
    return Survey.objects.filter(kind=survey_kind, archived_at=None).exclude(state="draft").exists()


def survey_cards(ids: set[int]) -> dict[int, Card]:
    words = dict(STATES)
    return {
        s.pk: Card(
            "survey", s.pk, s.name, f"/surveys/{s.pk}", f"SUR-{s.pk}",
            f"{KINDS[s.kind].label}, {words[s.state].lower()}", bool(s.archived_at),
        )
        for s in Survey.objects.filter(pk__in=ids)
    }  # fmt: skip


def rule(survey: Survey) -> str:
    return rule_of(survey.kind, survey.form)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a survey's answers say without who gave them: scores and words, each in no order of time."""

    survey_id: int
    key: str
    open: bool
    answers: int
    scores: tuple[int, ...]
    words: tuple[str, ...]


def heard(survey_ids: Sequence[int]) -> dict[int, Heard]:
    """The answers of some surveys, as nobody's; two queries."""
    wanted = set(survey_ids)
    if not wanted:
        return {}
    found: dict[int, list[tuple[int | None, str]]] = {i: [] for i in wanted}
    given = Answer.objects.filter(survey_id__in=wanted).values_list("survey_id", "score", "words")
    for survey_id, score, words in given:
        found[survey_id].append((score, words))
    return {
        pk: Heard(
            pk, key, state == "open", len(found[pk]), tuple(sorted(s for s, _ in found[pk] if s is not None)),
            tuple(sorted(w for _, w in found[pk] if w)),
        )
        for pk, key, state in Survey.objects.filter(pk__in=wanted).values_list("pk", "key", "state")
    }  # fmt: skip
