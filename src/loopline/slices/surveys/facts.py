"""Surveys' scores as built-in numbers for metrics."""

from datetime import datetime
from functools import partial

from loopline.slices.measures import services as measures
from loopline.slices.surveys import queries
from loopline.slices.surveys.rules import KINDS

Computed = tuple[float | None, int | None, float | None, float | None]
# key, survey kind, label, what it says, unit, times
NUMBERS = (
    ("surveys.nps", "nps", "NPS", "Promoters less detractors, the latest answer of each person in the period", "", 1),
    ("surveys.csat", "csat", "CSAT", "The share of 4 and 5 among all answers in the period", "%", 100),
    ("surveys.ces", "ces", "CES", "The mean of 1 to 7, how easy it was, over all answers in the period", "", 1),
    (
        "surveys.stakeholders", "stakeholders", "Stakeholders' satisfaction",
        "The share of 4 and 5 that colleagues gave in the period", "%", 100,
    ),
)  # fmt: skip


def computed(kind: str, times: float, start: datetime, end: datetime) -> Computed | None:
    """(value, n, low, high) in the unit; the value None below ten answers, all None without one."""
    got = queries.measured(survey_kind=kind, start=start, end=end)
    if got is None:
        return None
    if not got.enough:
        return (None, got.n, None, None)
    return (got.value * times, got.n, got.low * times, got.high * times)


def missing(kind: str) -> str:
    """What to do before there can be a number; empty where somebody was asked."""
    if queries.ever_asked(kind):
        return ""
    return f"Open a survey of the kind {KINDS[kind].label} under Learn, Surveys."


def _rows(kind: str, _start: datetime, _end: datetime) -> str:
    return f"/surveys?kind={kind}"


def registered() -> None:
    """Offer them."""
    for key, kind, label, says, unit, times in NUMBERS:
        measures.builtin(
            key, label, says, unit, partial(computed, kind, times), partial(missing, kind),
            rows=partial(_rows, kind),
        )  # fmt: skip
