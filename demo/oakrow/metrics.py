"""Numbers of Oakrow that are computed from product events: who answers for them, and what they count."""

from dataclasses import dataclass, field
from typing import Any

STARTED, PUBLISHED = {"event": "trial started"}, {"event": "rota published"}
ACTIVATION = "Trials activated in 14 days"
ONBOARDING = [
    STARTED,
    {"event": "workspace created"},
    {"event": "site added"},
    {"event": "import started"},
    {"event": "import finished"},
    PUBLISHED,
]


@dataclass(frozen=True)
class SampleMetric:
    name: str
    owner: str
    question: str
    unit: str
    better: str
    target: float | None
    kind: str
    query: dict[str, Any] = field(default_factory=dict)
    grain: str = "week"


METRICS = (
    SampleMetric(
        ACTIVATION, "Hanna Sørensen", "Of those who start a trial, how many publish a rota within 14 days?",
        "%", "up", 40, "activation", {"signup": STARTED, "rule": [PUBLISHED], "days": 14},
    ),
    SampleMetric(
        "Trials started", "Nina Petrova", "How many trials begin?", "a week", "up", 230, "trend",
        {**STARTED, "measure": "people"},
    ),
    SampleMetric(
        "Imports that get through", "Hanna Sørensen", "Of the trials that start an import, how many finish one?",
        "%", "up", 85, "funnel", {"steps": [{"event": "import started"}, {"event": "import finished"}]},
    ),
    SampleMetric(
        "Days to a first rota", "Hanna Sørensen", "How long does it take from the start of a trial, for half of them?",
        "d", "down", 1.5, "time-to-value", {"start": STARTED, "value": PUBLISHED},
    ),
    SampleMetric(
        "People a week", "Tomas Lindgren", "How many different people use the product?", "people", "up", 5_600,
        "actives", {"filters": [{"property": "plan", "op": "in", "value": ["Team", "Business", "Enterprise"]}]},
    ),
    SampleMetric(
        "Planners back the week after", "Tomas Lindgren", "Of those who planned in a week, how many plan in the next?",
        "%", "up", 85, "retention",
        {"start": {"event": "shift assigned"}, "return": {"event": "shift assigned"}, "period": 1},
    ),
    SampleMetric(
        "Rota opens, 95 of 100", "Jonas Weber", "Is the rota fast for nineteen in twenty?", "ms", "down", 2_000, "trend",
        {"event": "rota viewed", "measure": "p95:duration_ms"},
    ),
    SampleMetric(
        "People who see an error", "Jonas Weber", "How many people meet an error on a day?", "people", "down", 10,
        "trend", {"event": "error shown", "measure": "people"}, "day",
    ),
    SampleMetric(
        "Accounts that use the ward report", "Priya Raman", "Which share of active accounts opened it in a month?",
        "%", "up", 40, "adoption", {"event": "ward report viewed", "actor": "account"}, "month",
    ),
)  # fmt: skip
BY_NAME = {each.name: each for each in METRICS}
