"""Shapes of the roadmap in the API."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from loopline.platform.api.shapes import Id, In, Money, Out, Time, page_of, query_of
from loopline.slices.roadmap.lists import BETS, OPPORTUNITIES

Title = Annotated[str, Field(min_length=1, max_length=200)]
Long = Annotated[str, Field(max_length=20_000)]
Key = Annotated[str, Field(max_length=30)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
Tags = Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=30)]


class OpportunityIn(In):
    title: Title
    problem: Long = ""
    tags: Tags = []
    squad: Annotated[str, Field(max_length=80)] = ""


class OpportunityChange(In):
    title: Title | None = None
    problem: Long | None = None
    tags: Tags | None = None
    squad: Annotated[str, Field(max_length=80)] | None = None
    archived: bool | None = None


class OpportunityOut(Out):
    id: Id
    key: str
    title: str
    problem: str
    tags: list[str]
    squad: str
    owner: Id | None
    ask_count: int
    account_count: int
    arr: Money
    merged_into: Id | None
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


class DemandAccount(Schema):
    id: Id
    name: str
    arr: Money | None
    counted_as: str
    feedback: int


class DemandArr(Schema):
    won: Money
    open: Money
    lost: Money
    apart: list[Money]  # other currencies, which have no rate here


class DemandPersona(Schema):
    name: str
    feedback: int


class DemandOut(Out):
    accounts: list[DemandAccount]
    arr: DemandArr
    personas: list[DemandPersona]
    feedback_count: int
    last_30_days: int


class LinkIn(In):
    opportunity: Key
    quote: Annotated[str, Field(max_length=2000)] = ""


class IntoIn(In):
    into: Key


class Range(In):
    """An input as a range: its 10th and 90th percentile, or its least, likeliest and most."""

    low: Number
    high: Number
    likely: Number | None = None
    evidence: Annotated[str, Field(max_length=500)] = ""


class BetIn(In):
    title: Title
    hypothesis: Long = ""
    opportunity: Key | None = None
    metric: Key | None = None
    baseline: Number | None = None
    target: Number | None = None
    horizon: Annotated[str, Field(pattern="^(now|next|later)$")] = "later"
    squad: Annotated[str, Field(max_length=80)] = ""
    inputs: dict[Annotated[str, Field(max_length=40)], Number | Range] = {}


class BetChange(In):
    title: Title | None = None
    hypothesis: Long | None = None
    opportunity: Key | None = None
    metric: Key | None = None
    baseline: Number | None = None
    target: Number | None = None
    horizon: Annotated[str, Field(pattern="^(now|next|later)$")] | None = None
    squad: Annotated[str, Field(max_length=80)] | None = None
    inputs: dict[Annotated[str, Field(max_length=40)], Number | Range] | None = None
    archived: bool | None = None


class BetOut(Out):
    id: Id
    key: str
    title: str
    hypothesis: str
    opportunity: Id | None
    metric: Id | None
    baseline: float | None
    target: float | None
    horizon: str
    state: str
    squad: str
    owner: Id | None
    inputs: dict[str, Any]
    committed_at: Time | None
    shipped_at: Time | None
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


class CommitIn(In):
    rationale: Long = ""


class DeclineIn(In):
    reason: Annotated[str, Field(min_length=1, max_length=20_000)]
    not_now: bool = False


class LevelOut(Schema):
    value: float
    label: str
    says: str


class ScoringModelOut(Out):
    id: Id
    key: str
    name: str
    formula: str
    levels: dict[str, list[LevelOut]]
    version: int


class ScoringModelChange(In):
    levels: dict[
        Annotated[str, Field(max_length=20)], Annotated[list[LevelOut], Field(max_length=12)]
    ]


class ScoringModels(Schema):
    items: list[ScoringModelOut]
    next_cursor: str | None = None


class ScoreIn(In):
    model: Annotated[str, Field(pattern="^(rice|ice|wsjf)$")]
    team: Annotated[str, Field(min_length=1, max_length=80)]
    values: dict[Annotated[str, Field(max_length=20)], Number]


class ScoreOut(Schema):
    model: str
    team: str
    values: dict[str, float]
    score: float


class ScoresOut(Schema):
    items: list[ScoreOut]


OpportunityPage: Any = page_of(OpportunityOut)
OpportunityQuery: Any = query_of(OPPORTUNITIES)
BetPage: Any = page_of(BetOut)
BetQuery: Any = query_of(BETS)


class EvidenceIn(In):
    """The people behind a cell of a question of the insights."""

    says: Annotated[str, Field(min_length=1, max_length=200)]
    insight: Annotated[str, Field(max_length=20)]
    query: dict[str, Any]
    cell: dict[str, Any] = {}


class EvidenceOut(Schema):
    id: Id
    says: str
    insight: str
    query: dict[str, Any]
    cell: dict[str, Any]
    count: int | None
    first_count: int | None
    counted_at: Time | None
    trouble: str


class EvidencePage(Schema):
    items: list[EvidenceOut]
