"""The first, sound set of metrics: what each says, why, what it needs, and the events it is likely made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Need:
    """An event to name; `hints` are parts of names that such events often have."""

    name: str
    label: str
    hints: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Starter:
    """`builtin` names another area's number; otherwise `define` makes the definition from the named events."""

    key: str
    name: str
    question: str
    why: str
    needs: str
    unit: str
    direction: str
    grain: str
    source: str
    builtin: str = ""
    events: tuple[Need, ...] = ()
    define: Callable[[Mapping[str, str]], dict[str, Any]] | None = None
    several: bool = False


SIGNUP = Need(
    "signup",
    "Signs up with",
    (
        "sign_up",
        "signup",
        "signed up",
        "account_created",
        "site_created",
        "registered",
        "trial_started",
    ),
)
VALUE = Need(
    "value", "First value is", ("publish", "activated", "first_", "completed", "invite", "created")
)
FEATURE = Need("event", "Uses it with", ())


def _activation(e: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": "activation",
        "query": {"signup": {"event": e["signup"]}, "rule": [{"event": e["value"], "times": 1}], "days": 14},
    }  # fmt: skip


def _time_to_value(e: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": "time-to-value",
        "query": {"start": {"event": e["signup"]}, "value": {"event": e["value"]}},
    }


def _adoption(e: Mapping[str, str]) -> dict[str, Any]:
    return {"kind": "adoption", "query": {"event": e["event"]}}


STARTERS: Sequence[Starter] = (
    Starter(
        "activation", "Activation rate", "Do new people get to what the product is for?",
        "Who never gets there does not stay; nothing later in the funnel can make up for it.",
        "The event of signing up and the one that shows first value, within 14 days. Find the rule that goes best with "
        "staying before you choose.", "%", "up", "week", "Product events", events=(SIGNUP, VALUE), define=_activation,
    ),
    Starter(
        "time-to-value", "Time to value", "How long does it take somebody new to get something out of it?",
        "Shorter waits lose fewer people, and show where onboarding is in the way.",
        "The event of signing up and the one that shows first value.", "h", "down", "week", "Product events",
        events=(SIGNUP, VALUE), define=_time_to_value,
    ),
    Starter(
        "cycle-time", "Cycle time", "How long does work take once it was started?",
        "Short cycles let you learn sooner; the 85th percentile tells what to promise.",
        "Work items with the time of their first start and their completion.", "d", "down", "week", "Work items",
        builtin="work.cycle_time",
    ),
    Starter(
        "release-frequency", "Release frequency", "How often does something reach users?",
        "Small and frequent releases carry less risk each and bring answers sooner.",
        "Releases, made here or taken from where they are made.", "releases", "up", "week", "Releases",
        builtin="releases.frequency",
    ),
    Starter(
        "defect-escape-rate", "Defect escape rate", "How many of the defects do users find before we do?",
        "It keeps speed honest: faster with more escaping is not faster.",
        "Bugs that say whether they were found in production or before the release.",
        "%", "down", "month", "Work items",
        builtin="work.defect_escape_rate",
    ),
    Starter(
        "nps", "Net promoter score", "Would people recommend it?",
        "A slow and rough number; the words that come with it are worth more, and go to the intake.",
        "A survey with the question of recommending, and at least ten answers.", "points", "up", "month", "Surveys",
        builtin="surveys.nps",
    ),
    Starter(
        "csat", "Customer satisfaction", "Are people content with what they just did or got?",
        "It follows support and single features closer than a recommendation does.",
        "A survey that asks for satisfaction from 1 to 5.", "%", "up", "month", "Surveys", builtin="surveys.csat",
    ),
    Starter(
        "adoption", "Adoption of", "Do those who could use it use it?",
        "A feature that shipped and is not used has cost without effect: make one of these for each new feature.",
        "The event that says somebody used the feature.", "%", "up", "week", "Product events", events=(FEATURE,),
        define=_adoption, several=True,
    ),
)  # fmt: skip


def by_key(key: str) -> Starter | None:
    return next((s for s in STARTERS if s.key == key), None)


def guessed(need: Need, events: Sequence[str]) -> str:
    """The commonest event whose name holds a hint; hints in their order."""
    plain = [(e, e.lower().replace(" ", "_").replace("-", "_")) for e in events]
    for hint in need.hints:
        for name, low in plain:
            if hint.replace(" ", "_") in low:
                return name
    return ""
