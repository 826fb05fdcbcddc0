"""RICE, ICE and WSJF: their inputs with written levels, and their formulas.

RICE: McBride, Intercom 2018. ICE: Ellis and Brown, Hacking Growth 2017. WSJF: Reinertsen, Principles of
Product Development Flow 2009, in SAFe's three-part cost of delay.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a scale: its number, its word, and what it means here."""

    value: float
    label: str
    says: str


@dataclass(frozen=True, slots=True)
class Input:
    key: str
    label: str
    says: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Model:
    key: str
    name: str
    formula: str
    inputs: tuple[Input, ...]


def _levels(*rows: tuple[float, str, str]) -> tuple[Level, ...]:
    return tuple(Level(*r) for r in rows)


CONFIDENCE = _levels(
    (0.2, "A guess", "Somebody's opinion, nobody asked"),
    (0.5, "Some signs", "A few quotes or one account"),
    (0.8, "Good evidence", "Interviews or data from several accounts"),
    (1.0, "Tested", "An experiment or a bet like it already worked"),
)
TENTHS = _levels(
    (1, "Hardly", "Nobody would notice"),
    (3, "A little", "A few would thank us"),
    (5, "Clearly", "Many would use it weekly"),
    (8, "Strongly", "It changes how they work"),
    (10, "Fully", "It decides whether they stay or buy"),
)
FIBONACCI = _levels(
    (1, "Smallest", "The smallest of all we compare"),
    (2, "Small", "Twice the smallest"),
    (3, "Medium", "Three times the smallest"),
    (5, "Large", "Five times the smallest"),
    (8, "Very large", "Eight times the smallest"),
    (13, "Huge", "Thirteen times the smallest; cut it up if it is size"),
)

RICE = Model(
    "rice",
    "RICE",
    "reach × impact × confidence ÷ effort",
    (
        Input(
            "reach",
            "Reach",
            "Accounts that meet the problem in a quarter",
            _levels(
                (3, "A handful", "Up to 5 accounts"),
                (10, "Some", "6 to 15 accounts"),
                (30, "Many", "16 to 50 accounts"),
                (80, "Most", "51 to 110 accounts"),
                (150, "All", "Every account"),
            ),
        ),
        Input(
            "impact",
            "Impact",
            "What it does to the success metric for each of them",
            _levels(
                (0.25, "Minimal", "Nice to have"),
                (0.5, "Low", "Saves minutes a week"),
                (1, "Medium", "Saves an hour a week"),
                (2, "High", "Removes a daily annoyance"),
                (3, "Massive", "Decides renewals and deals"),
            ),
        ),
        Input(
            "confidence",
            "Confidence",
            "How good the evidence is, for reach and impact together",
            CONFIDENCE,
        ),
        Input(
            "effort",
            "Effort",
            "Person-weeks of everybody until it is told",
            _levels(
                (1, "Days", "One person, one week"),
                (3, "Weeks", "Two to four person-weeks"),
                (8, "A month or two", "Five to ten person-weeks"),
                (16, "A quarter", "Eleven to twenty person-weeks"),
                (30, "More", "Above twenty person-weeks"),
            ),
        ),
    ),
)
ICE = Model(
    "ice",
    "ICE",
    "impact × confidence × ease",
    (
        Input("impact", "Impact", "What it does to the success metric", TENTHS),
        Input("confidence", "Confidence", "How sure we are, from 1 to 10", _levels(
            (1, "A guess", "Somebody's opinion"), (3, "Some signs", "A few quotes"), (5, "Evidence", "Interviews"),
            (8, "Strong", "Data from several accounts"), (10, "Tested", "Shown by experiment"))),
        Input("ease", "Ease", "How little it takes", _levels(
            (1, "Very hard", "More than a quarter"), (3, "Hard", "A quarter"), (5, "Middling", "A month"),
            (8, "Easy", "A week or two"), (10, "At once", "Days"))),
    ),
)  # fmt: skip
WSJF = Model(
    "wsjf",
    "WSJF",
    "(business value + time criticality + risk reduction) ÷ job size",
    (
        Input("value", "Business value", "To customers and to us, against the smallest", FIBONACCI),
        Input("urgency", "Time criticality", "What waiting costs, against the smallest", FIBONACCI),
        Input("risk", "Risk reduction", "Risk taken away or doors opened, against the smallest", FIBONACCI),
        Input("size", "Job size", "Time it takes, against the smallest", FIBONACCI),
    ),
)  # fmt: skip
MODELS: Mapping[str, Model] = {m.key: m for m in (RICE, ICE, WSJF)}


def _rice(v: Mapping[str, float]) -> float:
    return v["reach"] * v["impact"] * v["confidence"] / v["effort"]


def _ice(v: Mapping[str, float]) -> float:
    return v["impact"] * v["confidence"] * v["ease"]


def _wsjf(v: Mapping[str, float]) -> float:
    return (v["value"] + v["urgency"] + v["risk"]) / v["size"]


_FORMULAS: Mapping[str, Callable[[Mapping[str, float]], float]] = {
    "rice": _rice,
    "ice": _ice,
    "wsjf": _wsjf,
}


def score(model: str, values: Mapping[str, float]) -> float | None:
    """The score by the model's formula; None while an input is missing or a divisor is not positive."""
    known = MODELS[model]
    if any(i.key not in values for i in known.inputs):
        return None
    divisor = {"rice": "effort", "wsjf": "size"}.get(model)
    if divisor and values[divisor] <= 0:
        return None
    return _FORMULAS[model](values)
