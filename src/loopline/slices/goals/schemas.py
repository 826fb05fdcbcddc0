"""Shapes of goals, plans and changes of direction in the API."""

from datetime import date
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from loopline.platform.api.shapes import Id, In, Money, Out, Time, page_of, query_of
from loopline.slices.goals.lists import DIRECTIONS, KEY_RESULTS, OBJECTIVES

Key = Annotated[str, Field(max_length=30)]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Long = Annotated[str, Field(max_length=20_000)]
Team = Annotated[str, Field(max_length=80)]
Quarter = Annotated[str, Field(pattern=r"^20\d\d-Q[1-4]$", description="A quarter as 2026-Q4")]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
Weeks = Annotated[float, Field(allow_inf_nan=False, ge=0, le=10_000)]
Better = Annotated[str, Field(pattern="^(up|down)$")]


class ObjectiveIn(In):
    title: Title
    period: Quarter
    why: Long = ""
    team: Team = ""
    owner: Key | None = None
    parent: Key | None = None


class ObjectiveChange(In):
    title: Title | None = None
    period: Quarter | None = None
    why: Long | None = None
    team: Team | None = None
    owner: Key | None = None
    parent: Key | None = None
    learned: Long | None = None
    archived: bool | None = None


class CloseIn(In):
    outcome: Annotated[str, Field(pattern="^(achieved|partial|missed|dropped)$")]
    learned: Long = ""


class ObjectiveOut(Out):
    id: Id
    key: str
    title: str
    why: str
    period: str
    team: str
    owner: Id | None
    parent: Id | None
    state: str
    outcome: str | None
    learned: str
    closed_at: Time | None
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


class KeyResultIn(In):
    objective: Key
    text: Title
    target: Number
    baseline: Number | None = None
    direction: Better | None = None
    unit: Annotated[str, Field(max_length=40)] = ""
    metric: Key | None = None
    owner: Key | None = None
    due: date | None = None


class KeyResultChange(In):
    text: Title | None = None
    target: Number | None = None
    baseline: Number | None = None
    direction: Better | None = None
    unit: Annotated[str, Field(max_length=40)] | None = None
    metric: Key | None = None
    owner: Key | None = None
    due: date | None = None
    archived: bool | None = None


class KeyResultOut(Out):
    """`value` is what its metric reads, or was typed in last; null where nothing was measured, `missing` says why."""

    id: Id
    key: str
    text: str
    objective: Id
    period: str
    owner: Id | None
    metric: Id | None
    baseline: float | None
    target: float
    direction: str
    unit: str
    due: date
    value: float | None
    measured_at: Time | None
    status: str
    done: float | None
    expected: float | None
    confidence: int | None
    missing: str
    dropped: bool
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


class CheckInIn(In):
    """`value` only where the key result has no metric."""

    confidence: Annotated[int, Field(ge=0, le=10)]
    note: Annotated[str, Field(max_length=1000)] = ""
    value: Number | None = None


class CheckInOut(Out):
    id: Id
    value: float | None
    confidence: int
    note: str
    at: Time
    by: Id | None
    by_name: str


class CheckInPage(Schema):
    items: list[CheckInOut]
    next_cursor: str | None = None


class WhyIn(In):
    why: Annotated[str, Field(min_length=1, max_length=400)]


class LoadOut(Schema):
    """`room`, `load` and `over` in person-weeks; `room` null while nobody said how many people there are."""

    team: str
    people: float | None
    days_away: float | None
    room: float | None
    load: float
    over: float | None
    unestimated: int


class PlannedOut(Schema):
    bet: Id
    title: str
    state: str
    paused: bool
    weeks: dict[str, float]
    key_result: Id | None
    needs: list[Id]


class PlanOut(Schema):
    period: str
    weeks: int
    teams: list[LoadOut]
    bets: list[PlannedOut]
    troubles: list[str]


class CapacityIn(In):
    people: Annotated[float, Field(allow_inf_nan=False, ge=0, le=500)]
    days_away: Annotated[float, Field(allow_inf_nan=False, ge=0, le=20_000)] = 0.0


class BetPlanIn(In):
    """`quarter` empty takes the bet out of all; weeks of null forget a team's estimate."""

    quarter: Annotated[str, Field(pattern=r"^(20\d\d-Q[1-4])?$")] | None = None
    weeks: dict[Team, Weeks | None] = {}


class SnapshotIn(In):
    period: Quarter
    why: Annotated[str, Field(max_length=200)] = ""


class SnapshotOut(Schema):
    id: Id
    period: str
    at: Time
    why: str
    by_name: str
    digest: str


class SnapshotFull(SnapshotOut):
    content: dict[str, Any]


class SnapshotPage(Schema):
    items: list[SnapshotOut]
    next_cursor: str | None = None


class ChangeOut(Schema):
    field: str
    before: Any
    after: Any


class DifferenceOut(Schema):
    kind: str
    section: str
    id: Id
    title: str
    changes: list[ChangeOut]


class DifferencePage(Schema):
    items: list[DifferenceOut]


class EvidenceItem(In):
    text: Annotated[str, Field(max_length=300)] = ""
    url: Annotated[str, Field(max_length=1000)] = ""


class DirectionIn(In):
    title: Title
    period: Quarter | None = None
    why: Long = ""
    owner: Key | None = None


class DirectionChange(In):
    title: Title | None = None
    why: Long | None = None
    evidence: Annotated[list[EvidenceItem], Field(max_length=20)] | None = None
    message: Long | None = None
    owner: Key | None = None
    look_again: date | None = None
    archived: bool | None = None


class RowIn(In):
    """A bet is paused, dropped, moved or added; a key result gets a new target or is taken out (drop)."""

    kind: Annotated[str, Field(pattern="^(bet|key_result)$")]
    action: Annotated[str, Field(pattern="^(pause|drop|move|add|target)$")]
    ref: Key | None = None
    title: Annotated[str, Field(max_length=200)] = ""
    quarter: Quarter | None = None
    horizon: Annotated[str, Field(pattern="^(now|next|later)$")] | None = None
    weeks: dict[Team, Weeks] = {}
    squad: Team = ""
    target: Number | None = None
    trade_off: Annotated[str, Field(max_length=400)] = ""


class RowOut(Schema):
    id: Id
    kind: str
    action: str
    ref: Id | None
    title: str
    before: dict[str, Any]
    values: dict[str, Any]
    trade_off: str


class PromiseIn(In):
    account: Key
    bet: Key | None = None
    old: Annotated[str, Field(max_length=300)] = ""
    new: Annotated[str, Field(max_length=300)] = ""
    owner: Key | None = None


class PromiseChange(In):
    """`state` told, waived (with `note`) or open again, once the change is decided."""

    old: Annotated[str, Field(max_length=300)] | None = None
    new: Annotated[str, Field(max_length=300)] | None = None
    owner: Key | None = None
    state: Annotated[str, Field(pattern="^(open|told|waived)$")] | None = None
    note: Annotated[str, Field(max_length=400)] = ""


class PromiseOut(Schema):
    id: Id
    account: Id
    deal: Id | None
    bet: Id | None
    worth: Money | None
    owner: Id | None
    old: str
    new: str
    state: str
    note: str
    settled_at: Time | None


class DirectionOut(Out):
    id: Id
    key: str
    title: str
    period: str
    why: str
    evidence: list[dict[str, str]]
    message: str
    owner: Id | None
    state: str
    look_again: date | None
    before: Id | None
    after: Id | None
    decision: Id | None
    decided_at: Time | None
    closed_at: Time | None
    rows: list[RowOut]
    promises: list[PromiseOut]
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


ObjectivePage: Any = page_of(ObjectiveOut)
ObjectiveQuery: Any = query_of(OBJECTIVES)
KeyResultPage: Any = page_of(KeyResultOut)
KeyResultQuery: Any = query_of(KEY_RESULTS)
DirectionPage: Any = page_of(DirectionOut)
DirectionQuery: Any = query_of(DIRECTIONS)
