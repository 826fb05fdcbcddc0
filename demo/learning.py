"""The question of autumn: where trials stall. Asked, found, decided; with two dashboards to look at since."""

from demo.context import Context
from demo.oakrow.metrics import ACTIVATION
from demo.oakrow.usage import IMPORT_FIX, SHIP_HOUR
from loopline.slices.dashboards import services as boards
from loopline.slices.decisions import services as decisions

ASKED, DECIDED = 61, 59
IMPORT = 5  # of the problems: last month’s sheet cannot go in unchanged
QUESTION = "Where do trials from paid search stall on the way to a first rota?"
FINDING = (
    "At the import. Of those from paid search who start one, a third get through; of all others seven in ten or more. "
    "Every other step loses them as little as the rest. The advertisement says “bring your rota spreadsheet”, so they "
    "bring sheets, and half of what is refused is refused for its dates. Customers say the same in their own words: "
    "“Dates in our file are day first and it read them as American.”"
)
OPTIONS = (
    {
        "title": "Read dates the way the site writes them",
        "cost": "3 weeks",
        "risk": "a sheet that mixes both ways is read wrongly",
        "learning": "whether dates are what stops them",
    },
    {
        "title": "Rewrite the import for any sheet",
        "cost": "a quarter",
        "risk": "nothing changes for trials until then",
        "learning": "little before the end",
    },
    {
        "title": "One of us imports the first sheet",
        "cost": "two hours a trial",
        "risk": "does not last beyond a few a day",
        "learning": "every way a sheet can look",
    },
)
WHY = (
    "Dates are half of the refusals and three weeks of work; the rewrite goes on beside it. We look at activation "
    "two weeks after it shipped, before and after, and expect 40 % where there were 35."
)
ONBOARDING = (
    "Onboarding",
    "Hanna Sørensen",
    "Trials stall at the import; since the dates were mended fewer do.",
)
WEEKLY = (
    "The product this week",
    "Tomas Lindgren",
    "Swaps are taken up since they shipped, most by Enterprise.",
)
# What stands on each: reports and metrics by name, whether wide.
TILES: dict[str, tuple[tuple[str, str, bool], ...]] = {
    ONBOARDING[0]: (
        ("metric", ACTIVATION, False),
        ("metric", "Imports that get through", False),
        ("report", "Onboarding by channel", True),
        ("report", "Why imports fail", False),
        ("metric", "Days to a first rota", False),
        ("report", "Coming back after a first rota in a trial", True),
        ("metric", "Trials started", False),
    ),
    WEEKLY[0]: (
        ("metric", "People a week", False),
        ("metric", "Planners back the week after", False),
        ("report", "Swaps asked for, by plan", True),
        ("report", "Accounts that swapped", False),
        ("metric", "Accounts that use the ward report", False),
        ("report", "Errors shown", False),
        ("metric", "Rota opens, 95 of 100", False),
        ("report", "Payroll exports that fail", False),
    ),
}  # fmt: skip


def load(w: Context) -> None:
    """The investigation with its decision, and the dashboards."""
    w.plan(w.at(ASKED, 14), lambda: _ask(w))
    w.plan(w.at(DECIDED, 11), lambda: _decide(w))
    w.plan(w.at(IMPORT_FIX, 16), lambda: _watch(w))
    w.plan(w.at(41, 10), lambda: _board(w, *ONBOARDING, day=41))
    w.plan(w.at(9, 10), lambda: _board(w, *WEEKLY, day=9))


def _ask(w: Context) -> None:
    charts = [
        w.reports[n] for n in ("Onboarding by channel", "Why imports fail", "Import by source")
    ]
    w.investigations[QUESTION] = boards.open_investigation(
        actor=w.actor("Ines Marchetti"), question=QUESTION, report_ids=charts, now=w.at(ASKED, 14), sample=True
    )  # fmt: skip


def _decide(w: Context) -> None:
    who, now = w.actor("Hanna Sørensen"), w.at(DECIDED, 11)
    made = decisions.open_decision(
        actor=who, question="What do we do about sheets that are refused in a trial?",
        about=("opportunity", w.opportunities[IMPORT]), options=[dict(each) for each in OPTIONS], now=now, sample=True,
    )  # fmt: skip
    decisions.decide(
        actor=who, decision_id=made, chosen=OPTIONS[0]["title"], rationale=WHY, now=now
    )
    boards.conclude(
        actor=w.actor("Ines Marchetti"), investigation_id=w.investigations[QUESTION], finding=FINDING, decision_id=made,
        now=now,
    )  # fmt: skip


def _watch(w: Context) -> None:
    """On the day it ships: what to look at, and since when."""
    boards.change_investigation(
        actor=w.actor("Ines Marchetti"), id_=w.investigations[QUESTION],
        changes={"metric_id": w.metrics[ACTIVATION], "since": w.at(IMPORT_FIX, SHIP_HOUR)}, now=w.at(IMPORT_FIX, 16),
    )  # fmt: skip


def _board(w: Context, name: str, owner: str, finding: str, *, day: int) -> None:
    who, now = w.actor(owner), w.at(day, 10)
    made = boards.create_dashboard(
        actor=who, name=name, finding=finding, owner_id=w.people[owner], now=now, sample=True
    )
    for kind, of, wide in TILES[name]:
        ids = w.metrics if kind == "metric" else w.reports
        boards.add_tile(actor=who, dashboard_id=made, kind=kind, ref_id=ids[of], wide=wide, now=now)
    boards.subscribe(actor=w.actor("Maya Okafor"), dashboard_id=made, every="week", hour=8, now=now)
