"""What engines answer: plain frozen values, the same from every engine. No data is None, not zero."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    count: int
    from_start: float | None
    from_previous: float | None
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class FunnelAnswer:
    steps: tuple[Step, ...]
    breakdown: tuple[tuple[str | None, tuple[Step, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Cohort:
    start: int  # UTC microseconds of the period's first instant
    size: int
    values: tuple[int | None, ...]  # actors back in period k; None where the period is still open


@dataclass(frozen=True, slots=True)
class Point:
    at: int
    value: float | None


@dataclass(frozen=True, slots=True)
class Series:
    value: str | None
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class TimeToValueAnswer:
    people: int
    reached: int
    p50_seconds: float | None
    p85_seconds: float | None


@dataclass(frozen=True, slots=True)
class AdoptionAnswer:
    eligible: int
    adopters: int
    share: float | None
