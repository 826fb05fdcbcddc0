"""Shapes of surveys in the API."""

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StrictInt

from loopline.platform.api.shapes import Id, In, Out, Time, page_of, query_of
from loopline.slices.surveys.lists import SPEC
from loopline.slices.surveys.rules import KINDS, MOST_DAYS, MOST_WORDS

Line = Annotated[str, Field(max_length=300)]
Label = Annotated[str, Field(max_length=60)]
Choice = Annotated[str, Field(max_length=120)]
Name = Annotated[str, Field(max_length=200)]
Days = Annotated[
    int,
    Field(
        ge=1, le=MOST_DAYS, description="Days after which who has not answered is reminded, once"
    ),
]
Repeats = Annotated[
    Literal["", "quarter"], Field(description="`quarter` asks the same people anew every quarter")
]
Names = Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=100)]


class SurveyIn(In):
    name: Annotated[str, Field(max_length=160)]
    kind: Annotated[str, Field(pattern=f"^({'|'.join(KINDS)})$")]
    question: Line | None = None
    follow_up: Line | None = None
    intro: Annotated[str, Field(max_length=1000)] = ""
    form: Annotated[str, Field(pattern="^(scale|choice|text)$")] | None = None
    least: int | None = None
    most: int | None = None
    least_label: Label | None = None
    most_label: Label | None = None
    choices: Annotated[list[Choice], Field(max_length=12)] = []
    to_intake: bool | None = None
    opens_on: date | None = None
    closes_on: date | None = None
    remind_after: Days | None = None
    repeats: Repeats = ""


class SurveyChange(In):
    name: Annotated[str, Field(max_length=160)] | None = None
    question: Line | None = None
    follow_up: Line | None = None
    intro: Annotated[str, Field(max_length=1000)] | None = None
    least: int | None = None
    most: int | None = None
    least_label: Label | None = None
    most_label: Label | None = None
    choices: Annotated[list[Choice], Field(max_length=12)] | None = None
    to_intake: bool | None = None
    opens_on: date | None = None
    closes_on: date | None = None
    remind_after: Days | None = None
    repeats: Repeats | None = None
    owner: Annotated[str, Field(max_length=40)] | None = None
    archived: bool | None = None


class SurveySendIn(In):
    """Whom to ask: by what the contacts are, a list of addresses, everybody, or colleagues by role."""

    segments: Names = []
    plans: Names = []
    personas: Names = []
    stages: Names = []
    addresses: Annotated[list[Annotated[str, Field(max_length=254)]], Field(max_length=20_000)] = []
    everybody: bool = False
    roles: Names = []


class SurveyAnswerIn(In):
    """One answer of one person; `email` or `person` (an id of yours) says whose."""

    score: StrictInt | None = None
    choice: Choice = ""
    words: Annotated[str, Field(max_length=MOST_WORDS)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    person: Name = ""
    name: Name = ""
    occasion: Annotated[str, Field(max_length=120)] = ""


class SurveyOut(Out):
    id: Id
    key: str
    name: str
    kind: str
    form: str
    question: str
    follow_up: str
    intro: str
    least: int
    most: int
    least_label: str
    most_label: str
    choices: list[str]
    state: str
    channels: list[str]
    audience: dict[str, Any]
    to_intake: bool
    opens_on: date | None
    closes_on: date | None
    remind_after: int | None
    repeats: str
    follows: Id | None
    opened_at: Time | None
    closed_at: Time | None
    owner: Id | None
    link: str
    answers: int
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


class SurveySentOut(Schema):
    asked: int
    already_asked: int
    unsubscribed: int
    without_address: int
    refused: list[str]


class SurveyScoreOut(Schema):
    """Points for nps, a share of 0 to 1 for csat and stakeholders, else the scale's own numbers."""

    value: float
    low: float
    high: float
    n: int


class SurveyPartOut(Schema):
    value: str
    n: int
    share: float


class SurveyPeriodOut(Schema):
    start: date
    n: int
    score: SurveyScoreOut | None


class SurveyGroupOut(Schema):
    value: str
    n: int
    score: SurveyScoreOut | None


class SurveyResultsOut(Out):
    kind: str
    answers: int
    n: int
    score: SurveyScoreOut | None
    groups: dict[str, int]
    distribution: list[SurveyPartOut]
    interval: str
    trend: list[SurveyPeriodOut]
    breakdown: dict[str, list[SurveyGroupOut]]
    sent: int
    answered: int
    response_rate: float | None


class SurveyByOut(Schema):
    contact: Id | None
    account: Id | None
    user: Id | None
    name: str
    email: str
    person: str


class SurveyAnswerOut(Out):
    id: Id
    survey: Id
    score: int | None
    choice: str | None
    words: str
    occasion: str
    channel: str
    certain: bool
    first_at: Time
    at: Time
    corrections: int
    feedback: Id | None
    by: SurveyByOut | None


class SurveyAnsweredOut(Schema):
    id: Id
    created: bool
    changed: bool


SurveyPage: Any = page_of(SurveyOut)
SurveyQuery: Any = query_of(SPEC)
SurveyAnswerPage: Any = page_of(SurveyAnswerOut)
