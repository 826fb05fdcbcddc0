"""The JSON of a question, as the API takes it and reports, metrics and cohorts keep it, and its typed form."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from loopline.core.insights import ir
from loopline.core.problems import Invalid
from loopline.platform.api.sentences import sentence

DEFAULT_DAYS = 30
LONGEST_YEARS = 20
Name = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=1000)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Scalar = bool | int | Number | Text
OPS = tuple(op.value for op in ir.Op)
VALUELESS = ("is_set", "is_not_set")


class Part(BaseModel):
    """Input: what is not named is refused by name."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ConditionIn(Part):
    """A test of one property. `in` and `not_in` take a list, `is_set` and `is_not_set` nothing."""

    property: Name
    op: Literal[
        "eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "contains", "regex", "is_set", "is_not_set"
    ] = "eq"  # fmt: skip
    value: Scalar | Annotated[list[Scalar], Field(max_length=1000)] | None = None
    on: Literal["event", "person", "account"] = "event"

    @model_validator(mode="after")
    def _fits(self) -> "ConditionIn":
        if self.op in VALUELESS:
            return self
        if self.op in ("in", "not_in") and not isinstance(self.value, list):
            raise ValueError(f"{self.op} takes a list of values")
        if self.op not in ("in", "not_in") and isinstance(self.value, list):
            raise ValueError(f"{self.op} takes one value; use in for several")
        if self.value is None:
            raise ValueError(f"{self.op} needs a value")
        return self

    def typed(self) -> ir.Condition:
        value = tuple(self.value) if isinstance(self.value, list) else self.value
        if self.op in VALUELESS:
            value = None
        return ir.Condition(self.property, ir.Op(self.op), value, ir.On(self.on))


Conditions = Annotated[list[ConditionIn], Field(max_length=20)]


class MatchIn(Part):
    """Events of one name (of any, without one) for which every condition holds."""

    event: Name | None = None
    where: Conditions = []
    name: Annotated[str, Field(max_length=80)] = ""

    def typed(self) -> ir.Match:
        return ir.Match(self.event, _typed(self.where), self.name)


class ExclusionIn(MatchIn):
    after_step: Annotated[int, Field(ge=1, le=19)] = 1
    before_step: Annotated[int, Field(ge=2, le=20)] = 2


class BreakdownIn(Part):
    property: Name
    attribution: str = Field(
        "first_touch", pattern="^(first_touch|last_touch|all_events|step(_[1-9][0-9]?)?)$"
    )
    step: Annotated[int, Field(ge=1, le=20)] = 1
    on: Literal["event", "person", "account"] = "event"
    most: Annotated[int, Field(ge=1, le=50)] = 12

    def typed(self) -> ir.Breakdown:
        how, _, step = self.attribution.partition("step_")
        if step:
            return ir.Breakdown(
                self.property, ir.Attribution.STEP, int(step), ir.On(self.on), self.most
            )
        return ir.Breakdown(
            self.property, ir.Attribution(how), self.step, ir.On(self.on), self.most
        )


class QuestionIn(Part):
    """What all questions share. Without `from` and `to` the last `last_days` days, up to now."""

    from_: datetime | None = Field(None, alias="from")
    to: datetime | None = None
    last_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    filters: Conditions = []
    actor: Literal["person", "account"] = "person"
    cohort: Annotated[str, Field(max_length=30)] | None = Field(
        None, description="Id of a cohort: only its persons (or accounts) are looked at"
    )
    without_cohort: Annotated[str, Field(max_length=30)] | None = Field(
        None, description="Id of a cohort whose persons (or accounts) are left out"
    )

    def span(self, now: datetime, zone: str) -> ir.Span:
        from zoneinfo import ZoneInfo

        def at(moment: datetime) -> datetime:
            return moment.replace(tzinfo=ZoneInfo(zone)) if moment.tzinfo is None else moment

        if self.last_days and (self.from_ or self.to):
            raise Invalid(last_days="Give either from and to, or last_days.")
        end = (
            at(self.to) if self.to else now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        )
        start = (
            at(self.from_)
            if self.from_
            else _days_before(end, self.last_days or DEFAULT_DAYS, zone)
        )
        if start >= end:
            raise Invalid(to="The end lies before the beginning; `to` is after `from`.")
        if end - start > timedelta(days=366 * LONGEST_YEARS):
            raise Invalid(**{"from": f"At most {LONGEST_YEARS} years can be asked about at once."})
        return ir.Span(_micros(start), _micros(end), zone)

    def shared(self, now: datetime, zone: str) -> dict[str, Any]:
        return {
            "span": self.span(now, zone),
            "filters": _typed(self.filters),
            "actor": ir.Actor(self.actor),
        }


class FunnelIn(QuestionIn):
    steps: Annotated[list[MatchIn], Field(min_length=1, max_length=20)]
    order: Literal["ordered", "strict", "unordered"] = "ordered"
    entry: Literal["any", "first"] = "any"
    window_seconds: Annotated[float, Field(gt=0, le=366 * 86_400)] = 14 * 86_400
    exclude: Annotated[list[ExclusionIn], Field(max_length=10)] = []
    exclusion: Literal["person", "truncate"] = "person"
    breakdown: BreakdownIn | None = None
    ties: Literal["step_order", "grace_1s", "grace_2s"] = "step_order"
    hold: Annotated[list[Name], Field(max_length=3)] = []
    interval: Literal["day", "week", "month"] | None = Field(
        None, description="With it, `trend` by the period chains start in, and `times` to convert"
    )

    def typed(self, now: datetime, zone: str) -> ir.Funnel:
        for place, each in enumerate(self.exclude):
            if not each.after_step < each.before_step <= len(self.steps):
                raise Invalid(
                    **{f"exclude.{place}": "An exclusion lies between two steps of this funnel."}
                )
        return ir.Funnel(
            **self.shared(now, zone),
            steps=tuple(step.typed() for step in self.steps),
            order=ir.Order(self.order),
            entry=ir.Entry(self.entry),
            window=round(self.window_seconds * ir.MICROSECONDS),
            exclude=tuple(
                ir.Exclusion(each.typed(), each.after_step, each.before_step)
                for each in self.exclude
            ),
            exclusion=self.exclusion,
            breakdown=self.breakdown.typed() if self.breakdown else None,
            ties=ir.Ties(self.ties),
            hold=tuple(self.hold),
            interval=ir.Interval(self.interval) if self.interval else None,
        )


class RetentionIn(QuestionIn):
    start: MatchIn = MatchIn()
    return_: MatchIn = Field(MatchIn(), alias="return")
    interval: Literal["day", "week", "month"] = "week"
    periods: Annotated[int, Field(ge=1, le=60)] = 12
    bounds: Literal["calendar", "rolling"] = "calendar"
    criterion: Literal["on", "on_or_after"] = "on"
    anchor: Literal["first", "first_match", "first_ever", "recurring"] = "recurring"

    def typed(self, now: datetime, zone: str) -> ir.Retention:
        return ir.Retention(
            **self.shared(now, zone),
            start=self.start.typed(),
            back=self.return_.typed(),
            interval=ir.Interval(self.interval),
            periods=self.periods,
            rolling=self.bounds == "rolling",
            on_or_after=self.criterion == "on_or_after",
            anchor="first_match" if self.anchor == "first" else self.anchor,
        )


class OneEventIn(QuestionIn):
    event: Name | None = None
    where: Conditions = []

    def match(self) -> ir.Match:
        return ir.Match(self.event, _typed(self.where))


class TrendIn(OneEventIn):
    measure: Annotated[
        str, Field(pattern=r"^(count|people|(sum|avg|p50|p75|p85|p90|p95|p99):.{1,200})$")
    ] = "count"
    interval: Literal["day", "week", "month"] = "day"
    breakdown: BreakdownIn | None = None

    def typed(self, now: datetime, zone: str) -> ir.Trend:
        return ir.Trend(
            **self.shared(now, zone),
            match=self.match(),
            measure=self.measure,
            interval=ir.Interval(self.interval),
            breakdown=self.breakdown.typed() if self.breakdown else None,
        )


class ActivesIn(OneEventIn):
    interval: Literal["day", "week", "month"] = "day"
    rolling_days: Annotated[int, Field(ge=1, le=366)] = 1

    def typed(self, now: datetime, zone: str) -> ir.Actives:
        return ir.Actives(
            **self.shared(now, zone),
            match=self.match(),
            interval=ir.Interval(self.interval),
            rolling_days=self.rolling_days,
        )


class TimeToValueIn(QuestionIn):
    start: MatchIn
    value: MatchIn

    def typed(self, now: datetime, zone: str) -> ir.TimeToValue:
        return ir.TimeToValue(
            **self.shared(now, zone), start=self.start.typed(), value=self.value.typed()
        )


class AdoptionIn(OneEventIn):
    eligible: MatchIn = MatchIn()
    uses: Annotated[int, Field(ge=1, le=10_000)] = 1

    def typed(self, now: datetime, zone: str) -> ir.Adoption:
        return ir.Adoption(
            **self.shared(now, zone),
            match=self.match(),
            eligible=self.eligible.typed(),
            uses=self.uses,
        )


class StickinessIn(OneEventIn):
    interval: Literal["day", "week", "month"] = "day"

    def typed(self, now: datetime, zone: str) -> ir.Stickiness:
        return ir.Stickiness(
            **self.shared(now, zone), match=self.match(), interval=ir.Interval(self.interval)
        )


class LifecycleIn(OneEventIn):
    interval: Literal["day", "week", "month"] = "week"

    def typed(self, now: datetime, zone: str) -> ir.Lifecycle:
        return ir.Lifecycle(
            **self.shared(now, zone), match=self.match(), interval=ir.Interval(self.interval)
        )


class PathsIn(QuestionIn):
    start: MatchIn = MatchIn()
    steps: Annotated[int, Field(ge=1, le=12)] = 5
    most: Annotated[int, Field(ge=1, le=200)] = 40
    direction: Literal["after", "before"] = "after"
    gap_seconds: Annotated[float, Field(gt=0, le=86_400)] = 1800

    def typed(self, now: datetime, zone: str) -> ir.Paths:
        return ir.Paths(
            **self.shared(now, zone),
            start=self.start.typed(),
            steps=self.steps,
            most=self.most,
            backwards=self.direction == "before",
            gap=round(self.gap_seconds * ir.MICROSECONDS),
        )


class CellIn(Part):
    """One number of an answer. With `breakdown` (also null) that value's; `dropped`: those the step before still
    counts and this one does not (in a retention: those of the cohort who did not come back)."""

    step: Annotated[int, Field(ge=1, le=1000)] = 1
    breakdown: Text | None = None
    at: datetime | None = None
    period: Annotated[int, Field(ge=0, le=60)] | None = None
    value: Text | None = None
    source: Text = ""
    target: Text = ""
    dropped: bool = False

    def typed(self) -> ir.Cell:
        split = "breakdown" in self.model_fields_set
        return ir.Cell(
            step=self.step,
            split=split,
            value=self.breakdown if split else self.value,
            at=_micros(self.at) if self.at else 0,
            period=self.period,
            source=self.source,
            target=self.target,
        )


KINDS: dict[str, type[QuestionIn]] = {
    "funnel": FunnelIn,
    "retention": RetentionIn,
    "trend": TrendIn,
    "actives": ActivesIn,
    "time-to-value": TimeToValueIn,
    "adoption": AdoptionIn,
    "stickiness": StickinessIn,
    "lifecycle": LifecycleIn,
    "paths": PathsIn,
}


def read(kind: str, body: Any) -> Any:
    """The checked question of a kind. Raises Invalid, with each field's sentence."""
    if kind not in KINDS:
        raise Invalid(insight=f"There is no question called {kind}. There are: {', '.join(KINDS)}.")
    return checked(KINDS[kind].model_validate, body)


def checked[T](validate: Callable[[Any], T], body: Any) -> T:
    """Pydantic's complaints in the product's words."""
    try:
        return validate(body)
    except ValidationError as wrong:
        errors = {}
        for error in wrong.errors():
            place = ".".join(str(p) for p in error["loc"]) or "body"
            errors[place] = sentence(error)
        raise Invalid("Some fields need another look.", **errors) from None


def kept(question: QuestionIn) -> dict[str, Any]:
    """The question as it is stored: the JSON of the API, without what is as by default."""
    return question.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _typed(conditions: list[ConditionIn]) -> tuple[ir.Condition, ...]:
    return tuple(each.typed() for each in conditions)


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _days_before(end: datetime, days: int, zone: str) -> datetime:
    """The first instant of the day that lies so many days before the end's, in the zone."""
    from zoneinfo import ZoneInfo

    local = end.astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
