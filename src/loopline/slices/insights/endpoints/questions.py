"""Questions about product events in the API."""

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from loopline.platform.api.access import actor_of, can
from loopline.platform.api.shapes import In, answers
from loopline.slices.insights import queries, questions, services

router = Router(tags=["insights"])
Share = float | None


class ComputedOut(Schema):
    events: int
    through: str | None
    engine: str
    milliseconds: float


class AnswerOut(Schema):
    computed_from: ComputedOut


class StepOut(Schema):
    name: str
    count: int
    conversion_from_start: Share
    conversion_from_previous: Share
    median_seconds_from_previous: float | None


class SplitOut(Schema):
    value: str | None
    steps: list[StepOut]


class FunnelPointOut(Schema):
    at: str
    counts: list[int]
    incomplete: bool


class BinOut(Schema):
    low: float
    high: float
    count: int


class TimesOut(Schema):
    p50_seconds: float | None
    p85_seconds: float | None
    histogram: list[BinOut]


class FunnelOut(AnswerOut):
    """`trend` and `times` are there where the question has an `interval`."""

    steps: list[StepOut]
    breakdown: list[SplitOut]
    trend: list[FunnelPointOut] = []
    times: TimesOut | None = None


class CohortOut(Schema):
    start: str
    size: int
    values: list[int | None]
    incomplete: bool = False


class RetentionOut(AnswerOut):
    cohorts: list[CohortOut]


class PointOut(Schema):
    at: str
    value: float | None
    incomplete: bool = False


class SeriesOut(Schema):
    value: str | None
    points: list[PointOut]


class TrendOut(AnswerOut):
    series: list[SeriesOut]


class ActivesOut(AnswerOut):
    points: list[PointOut]


class StickinessOut(AnswerOut):
    counts: list[int]


class LifecyclePointOut(Schema):
    at: str
    new: int
    returning: int
    resurrecting: int
    dormant: int
    incomplete: bool = False


class LifecycleOut(AnswerOut):
    points: list[LifecyclePointOut]


class EdgeOut(Schema):
    position: int
    source: str
    target: str
    count: int


class PathsOut(AnswerOut):
    edges: list[EdgeOut]


class TimeToValueOut(AnswerOut):
    people: int
    reached: int
    p50_seconds: float | None
    p85_seconds: float | None
    early: int


class AdoptionOut(AnswerOut):
    eligible: int
    adopters: int
    share: float | None


class PeopleIn(In):
    insight: Annotated[str, Field(max_length=20)]
    query: dict[str, Any]
    cell: questions.CellIn = questions.CellIn()
    limit: Annotated[int, Field(ge=1, le=queries.MOST_PEOPLE)] = 100
    offset: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0


class ActorOut(Schema):
    person: str | None
    account: str | None


class PeopleOut(Schema):
    items: list[ActorOut]
    count: int


class SqlIn(In):
    sql: Annotated[str, Field(min_length=1, max_length=20_000)]
    limit: Annotated[int, Field(ge=1, le=queries.MOST_ROWS)] = 1_000
    source: Annotated[
        str,
        Field(
            pattern="^(loopline|warehouse)$",
            description="The house's views, or the company's warehouse",
        ),
    ] = "loopline"


class ColumnOut(Schema):
    name: str
    type: str


class SqlOut(AnswerOut):
    columns: list[ColumnOut]
    rows: list[list[Any]]
    more: bool


def _asked(request: HttpRequest, kind: str, body: questions.QuestionIn) -> dict[str, Any]:
    return queries.ask(
        actor=actor_of(request), kind=kind, body=questions.kept(body), now=timezone.now()
    )


def _route[**P](path: str, out: Any) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    made: Callable[[Callable[P, Any]], Callable[P, Any]] = router.post(
        f"/insights/{path}", auth=can("insight.read"), response=answers(out), exclude_unset=True
    )
    return made


@_route("funnel", FunnelOut)
def ask_funnel(request: HttpRequest, body: questions.FunnelIn) -> Any:
    """How many go how far along a series of events, within a window, and how fast."""
    return _asked(request, "funnel", body)


@_route("retention", RetentionOut)
def ask_retention(request: HttpRequest, body: questions.RetentionIn) -> Any:
    """Of those who began in a period, how many came back in each period after; null where it is still open."""
    return _asked(request, "retention", body)


@_route("trend", TrendOut)
def ask_trend(request: HttpRequest, body: questions.TrendIn) -> Any:
    """An event over time: counted, by people, or a measure of one of its properties."""
    return _asked(request, "trend", body)


@_route("actives", ActivesOut)
def ask_actives(request: HttpRequest, body: questions.ActivesIn) -> Any:
    """Distinct persons or accounts a period, or in the last `rolling_days` days of each day."""
    return _asked(request, "actives", body)


@_route("stickiness", StickinessOut)
def ask_stickiness(request: HttpRequest, body: questions.StickinessIn) -> Any:
    """How many were active in exactly 1, 2, 3 … intervals."""
    return _asked(request, "stickiness", body)


@_route("lifecycle", LifecycleOut)
def ask_lifecycle(request: HttpRequest, body: questions.LifecycleIn) -> Any:
    """New, returning, resurrecting and dormant ones in each interval."""
    return _asked(request, "lifecycle", body)


@_route("time-to-value", TimeToValueOut)
def ask_time_to_value(request: HttpRequest, body: questions.TimeToValueIn) -> Any:
    """From the start to the first value: how many got there, and how long it took them."""
    return _asked(request, "time-to-value", body)


@_route("adoption", AdoptionOut)
def ask_adoption(request: HttpRequest, body: questions.AdoptionIn) -> Any:
    """Who used something, of those who could have."""
    return _asked(request, "adoption", body)


@_route("paths", PathsOut)
def ask_paths(request: HttpRequest, body: questions.PathsIn) -> Any:
    """What people do after (or before) an event, move by move, within sessions."""
    return _asked(request, "paths", body)


@router.post("/insights/people", auth=can("person.read"), response=answers(PeopleOut))
def ask_people(request: HttpRequest, body: PeopleIn) -> Any:
    """The persons (or accounts) behind any cell of an answer; their number equals the cell."""
    return services.people_behind(
        actor=actor_of(request),
        kind=body.insight,
        body=body.query,
        cell=body.cell.model_dump(exclude_unset=True),
        limit=body.limit,
        offset=body.offset,
        now=timezone.now(),
    )


@router.post("/insights/sql", auth=can("sql.read"), response=answers(SqlOut))
def ask_sql(request: HttpRequest, body: SqlIn) -> Any:
    """One SELECT over documented views, read-only, within limits of time, rows and memory."""
    return services.run_sql(
        actor=actor_of(request), text=body.sql, source=body.source, limit=body.limit
    )
