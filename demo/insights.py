"""What Oakrow's team keeps about product events: what each event means and who answers for it, and questions kept."""

from functools import partial
from typing import Any

from demo.context import Context
from demo.oakrow.metrics import ONBOARDING, PUBLISHED, STARTED
from demo.oakrow.usage import DAYS, EVENTS
from loopline.slices.insights import services as insights
from loopline.slices.insights.models import EventName

IN_TRIAL = {"property": "plan", "op": "eq", "value": "Trial"}
# Days ago, owner, kind, name, what it says, what was found, the question.
REPORTS: tuple[tuple[int, str, str, str, str, str, dict[str, Any]], ...] = (
    (
        62, "Ines Marchetti", "funnel", "Onboarding by channel",
        "Where do trials of each channel stop on their way to a first rota?",
        "Paid search stops at the import: one in three got through it before the dates of sheets were mended, "
        "six in ten since. Every other channel loses fewest there.",
        {"steps": ONBOARDING, "breakdown": {"property": "channel"}, "last_days": 90},
    ),
    (
        62, "Ines Marchetti", "trend", "Why imports fail",
        "Which reason is shown to whoever brings a sheet that is refused?",
        "Dates read month first were half of all; they are nearly gone since the release.",
        {"event": "import failed", "interval": "week", "breakdown": {"property": "reason"}, "last_days": 90},
    ),
    (
        62, "Hanna Sørensen", "funnel", "Import by source",
        "Do sheets get through as often as what comes from a personnel system?",
        "",
        {
            "steps": [{"event": "import started"}, {"event": "import finished"}],
            "breakdown": {"property": "source"}, "last_days": 60,
        },
    ),
    (
        44, "Ines Marchetti", "retention", "Coming back after a trial began",
        "Who is still there in the weeks after?", "",
        {"start": STARTED, "return": {"event": "session started"}, "interval": "week", "periods": 8, "last_days": 84},
    ),
    (
        44, "Ines Marchetti", "retention", "Coming back after a first rota in a trial",
        "The same, for those who published.",
        "Once a rota is published most come back. That is why publishing is what we call activated.",
        {
            "start": {**PUBLISHED, "where": [IN_TRIAL]}, "return": {"event": "session started"},
            "interval": "week", "periods": 8, "anchor": "first", "last_days": 84,
        },
    ),
    (
        43, "Hanna Sørensen", "time-to-value", "From trial to first rota",
        "How long does it take those who get there?", "",
        {"start": STARTED, "value": PUBLISHED, "last_days": 90},
    ),
    (
        30, "Tomas Lindgren", "actives", "People a week",
        "How many different people use the product in seven days?", "",
        {"interval": "day", "rolling_days": 7, "last_days": 90},
    ),
    (
        11, "Tomas Lindgren", "trend", "Swaps asked for, by plan",
        "Is the rest-rule check used, and by whom?", "",
        {"event": "swap requested", "interval": "day", "breakdown": {"property": "plan"}, "last_days": 21},
    ),
    (
        11, "Tomas Lindgren", "adoption", "Accounts that swapped",
        "Which share of customers used it in four weeks?", "",
        {"event": "swap requested", "actor": "account", "last_days": 28},
    ),
    (
        20, "Jonas Weber", "trend", "Errors shown",
        "How many people see an error, and which?",
        "The release three weeks ago signed Android phones out until the next morning.",
        {
            "event": "error shown", "measure": "people", "interval": "day", "breakdown": {"property": "code"},
            "last_days": 30,
        },
    ),
    (
        18, "Jonas Weber", "trend", "Time a rota takes to open",
        "Is the rota fast for nineteen in twenty?", "",
        {"event": "rota viewed", "measure": "p95:duration_ms", "interval": "week", "last_days": 90},
    ),
    (
        15, "Priya Raman", "trend", "Payroll exports that fail",
        "Why is the export refused?", "",
        {"event": "export failed", "interval": "week", "breakdown": {"property": "reason"}, "last_days": 90},
    ),
)  # fmt: skip


def load(w: Context) -> None:
    """The catalogue as it was written when events were first sent, and reports since."""
    w.plan(w.at(DAYS, 9), lambda: _catalogue(w))
    for each in REPORTS:
        w.plan(w.at(each[0], 11), partial(_report, w, *each))


def _catalogue(w: Context) -> None:
    for each in EVENTS:
        if each.owner:
            insights.plan_event(
                actor=w.actor("Ines Marchetti"), name=each.name, description=each.description,
                owner_id=w.people[each.owner], now=w.at(DAYS, 9),
            )  # fmt: skip
    EventName.objects.filter(name__in=[each.name for each in EVENTS]).update(sample=True)


def _report(
    w: Context, day: int, owner: str, kind: str, name: str, says: str, finding: str, body: dict[str, Any]
) -> None:  # fmt: skip
    w.reports[name] = insights.save_report(
        actor=w.actor(owner), name=name, kind=kind, body=body, says=says, finding=finding, now=w.at(day, 11),
        sample=True,
    )  # fmt: skip
