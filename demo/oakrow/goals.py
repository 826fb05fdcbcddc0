"""What Oakrow's quarters were for: objectives, key results, how sure their owners were week by week, and two turns.

Bets are named by their place in story.py. Confidence goes from the first week to the last in a straight line.
"""

from dataclasses import dataclass

from demo.oakrow.metrics import ACTIVATION


@dataclass(frozen=True)
class SampleKey:
    """`metric` names a metric; without one `typed` are the values said, first and last."""

    text: str
    metric: str
    start: float
    target: float
    sure: tuple[int, int]
    notes: tuple[str, ...] = ()
    bets: tuple[int, ...] = ()
    unit: str = ""
    typed: tuple[float, float] | None = None
    checked: bool = True


@dataclass(frozen=True)
class SampleObjective:
    """`back`: how many quarters ago; `outcome` how it ended, empty for the running one."""

    back: int
    title: str
    why: str
    team: str
    owner: str
    keys: tuple[SampleKey, ...]
    outcome: str = ""
    learned: str = ""


TOMAS, PRIYA, HANNA = "Tomas Lindgren", "Priya Raman", "Hanna Sørensen"
OBJECTIVES = (
    SampleObjective(
        2, "Large sites plan in one piece", "Planners of big sites plan in parts because the whole does not open.", "Platform", HANNA,
        (
            SampleKey("A rota of 300 opens in two seconds", "Rota open, 300 people, p95", 28, 2.5, (5, 9), ("Half the time is drawing.", "The new grid is on for ten sites."), (4,)),
            SampleKey("New starters are in by day three", "Starters in the app in 3 days", 54, 80, (6, 8), ("Text messages arrive, mails do not.",), (5,)),
        ), "achieved", "Both went by the customer’s own clock, not by ours. We keep measuring like that.",
    ),
    SampleObjective(
        2, "Payroll is right the first time", "Each month two people are paid wrong and we hear it from them.", "Payroll", PRIYA,
        (SampleKey("Support is asked about timesheets a third as often", "Support contacts about timesheets", 33, 12, (5, 6), ("Nights are right, corrections are not.",), (8,)),),
        "partial", "The correction came in the last week of the quarter; the number followed two months later.",
    ),
    SampleObjective(
        2, "Managers hear of trouble before it happens", "Certificates lapse and Fridays end at the edge of the paper.", "Scheduling", TOMAS,
        (
            SampleKey("Shifts with an expired skill under 1 %", "Shifts with an expired skill", 4.1, 1, (7, 3), ("Warnings are read and not acted on.",), (7,)),
            SampleKey("Nine of ten rotas print in full", "Rotas printed in full", 38, 90, (7, 9), (), (6,)),
        ), "partial", "A warning changes nothing by itself. The next bet stops the shift.",
    ),
    SampleObjective(
        1, "People keep their messages on", "Those who mute the app miss the offers they wanted.", "Platform", HANNA,
        (SampleKey("Fewer than 9 % have the app muted", "Staff with the app muted", 12, 9, (6, 8), ("Quiet time is on everywhere.",), (9,)),),
        "achieved", "Fewer messages did more than better ones.",
    ),
    SampleObjective(
        1, "Leads plan to a budget", "Costs show, wages do not.", "Payroll", PRIYA,
        (
            SampleKey("45 % of sites plan with costs on", "Sites planning with costs on", 22, 45, (5, 7), ("Leads switch it on by themselves.",), (11,)),
            SampleKey("Finance re-works fewer exports", "Exports re-worked by finance", 64, 30, (6, 4), ("The report goes out in parts now.",), (13,)),
        ), "partial", "Cost totals took off; the ward report was half of what we said in July, and we said so in August.",
    ),
    SampleObjective(
        1, "A new site is not alone in week one", "Many never publish in their first week.", "Platform", HANNA,
        (SampleKey("56 % of new sites publish in 7 days", "Sites publishing in 7 days", 49, 56, (7, 2), ("The checklist is read, and then?",), (10,)),),
        "missed", "A list does not build a rota. We wanted a number to move and gave people something to tick.",
    ),
    SampleObjective(
        0, "Managers trust the rota", "A manager who is sure that rules hold lets people swap, and stops moving them by hand.", "Scheduling", TOMAS,
        (
            SampleKey("Sites that swapped a shift, 28 days", "Sites that swapped, 28 days", 0, 25, (6, 8), ("Enterprise takes it up first.", "Wards ask when theirs is on."), (12,)),
            SampleKey("Median time to approve a swap", "Median time to approve", 21, 2, (7, 6), ("Three of six screens are done.", "Ships in December; the number moves in January."), (14,)),
            SampleKey("Customers who speak for us about swaps", "", 0, 4, (4, 6), ("Lindqvist said yes.", "Harborview on stage in spring."), (), "customers", (0, 2)),
        ),
    ),
    SampleObjective(
        0, "A new site runs on day one", "The first rota is where trials stall and new sites go back to paper.", "Platform", HANNA,
        (
            SampleKey("Trials activated in 14 days", ACTIVATION, 35, 41, (6, 7), (), (25,), checked=False),
            SampleKey("First rota within a day", "First rota within a day", 34, 60, (6, 2), ("Merged cells defeat us.", "The importer stands still while dates were mended.", "I no longer believe in December."), (16,)),
            SampleKey("Sites publishing in 7 days", "Sites publishing in 7 days", 50, 53, (6, 7), ("Guided sites publish a day earlier.",), (17,)),
        ),
    ),
    SampleObjective(
        0, "Payroll closes without us", "Finance re-types six hundred lines each month, and writes to us about forty.", "Payroll", PRIYA,
        (
            SampleKey("Export tickets a week", "Export tickets a week", 31, 25, (6, 5), ("Cost centres are right on five sites.", "Night premium next."), (15,)),
            SampleKey("Unplanned overtime a week", "Unplanned overtime a week", 6.1, 4.5, (5, 3), ("Nobody has begun.",), (18,)),
        ),
    ),
)  # fmt: skip

CAPACITY = (
    ("Scheduling", 5.0, 14.0),
    ("Payroll", 3.0, 16.0),
    ("Platform", 3.0, 12.0),
)  # team, people, days away
# Bets of the running quarter with person-weeks by team; of the ones before, what they took.
PLAN = {
    0: {14: {"Scheduling": 24.0}, 15: {"Payroll": 26.0}, 16: {"Platform": 16.0}, 17: {"Platform": 18.0},
        18: {"Payroll": 18.0}, 19: {"Scheduling": 8.0}},
    1: {9: {"Platform": 12.0}, 10: {"Platform": 11.0}, 11: {"Payroll": 14.0}, 12: {"Scheduling": 40.0},
        13: {"Payroll": 15.0}},
    2: {4: {"Platform": 22.0}, 5: {"Platform": 14.0}, 6: {"Scheduling": 6.0}, 7: {"Scheduling": 16.0},
        8: {"Payroll": 18.0}},
}  # fmt: skip
NEEDS = ((17, 16),)  # the first needs the second

EARLIER = "The export before the whole ward report"
EARLIER_WHY = (
    "In one week of August finance at Kittiwake, Sundby and Aldermoor each re-typed an export by hand, and two of them "
    "asked whether we would still be their system next year. The ward report helps those who plan; the export stops "
    "those who pay. Three people cannot do both whole by October."
)
EARLIER_OLD = "Hours by ward and by week in October"
EARLIER_GAIN = "Closes a day earlier for everybody who pays"
EARLIER_HALF = "Half of the report, two thirds of the way"
EARLIER_SAID = (  # who, what became of it, in their words
    ("Adaeze Nwosu", "told", "On the monthly call; fine with it"),
    ("Priya Raman", "waived", "They build their own from the export"),
    ("Adaeze Nwosu", "told", "Would like to see the first version early"),
)
EARLIER_OFF = "Hours by ward in October as said, hours by week after it"
EARLIER_NEW = "Hours by ward in October; the weeks follow in November"

DRAFT = "Proof of rest first"
DRAFT_WHY = (
    "A ruling of 9 November obliges public employers to prove rest periods after every change, from 1 January. "
    "Northmere scores it with forty points in the tender, and Tarn Valley asks before it renews. We can show who swapped "
    "with whom; we cannot show it for a change made by hand."
)
DRAFT_OFF = (
    "The tender, and the renewal of Tarn Valley",
    "What new sites wait for most waits on",
    "Open shifts at weekends stay as they are",
    "38 % stays where it is until the import goes on",
)
TENDER = "Northmere Council, question 14 of the tender"
DRAFT_OFFERS = {
    "Tarn Valley Hospitals": "We load the first sheets for them ourselves",
    "Penhall Leisure": "February, with two months free",
    "Quayside Catering": "We load the first sheets for them ourselves",
    "Redfern Security": "March, as the pilot",
}
