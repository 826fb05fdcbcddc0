"""What became of Oakrow's problems in a year: bets, when, with which number to move, and how it went.

Days count back from the seeding day. A bet without `shipped` is under way or was not taken.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class SampleBet:
    problem: int  # index into problems.PROBLEMS
    title: str
    noun: str
    hypothesis: str
    metric: str
    unit: str
    better: str
    start: float
    target: float
    reached: float
    proposed: int
    committed: int | None
    shipped: int | None
    horizon: str
    items: int
    done: int
    outcome: str = ""
    why: str = ""
    declined: int | None = None
    not_now: bool = False


BETS = (
    SampleBet(17, "Holiday overlap warning on the rota", "overlap warning", "If a manager sees who else is away before saying yes, wards stop running short.", "Weeks below minimum staffing", "a month", "down", 21, 12, 9, 330, 316, 272, "now", 7, 7, "confirmed", "Weeks below minimum fell from 21 to 9 a month in ten weeks, at all sizes of site."),
    SampleBet(11, "Copy week respects holidays", "holiday calendar", "If the copy knows the site’s closed days, nobody deletes shifts by hand.", "Shifts deleted after a copy", "a week", "down", 340, 80, 61, 322, 308, 286, "now", 5, 5, "confirmed", "Deletions after a copy fell by four fifths."),
    SampleBet(16, "Night shifts across midnight", "night shift", "If a night is one shift in hours, leave and pay, timesheets with nights are right the first time.", "Timesheets corrected", "a week", "down", 212, 60, 74, 318, 300, 244, "now", 9, 9, "confirmed", "Corrections fell to a third. What is left is split by cost centre, a problem of its own."),
    SampleBet(10, "Offers skip people on leave", "offer filter", "If offers leave out those who are away, fewer mute the app.", "Staff with the app muted", "%", "down", 19, 10, 12, 296, 284, 262, "now", 4, 4, "confirmed", "Muting stopped growing at once and fell slowly since."),
    SampleBet(15, "Faster rotas for large sites", "rota loading", "If a rota of 300 opens in two seconds, planners plan the whole and not parts.", "Rota open, 300 people, p95", "s", "down", 28, 2, 2.4, 290, 276, 206, "now", 10, 10, "confirmed", "p95 went from 28 to 2.4 seconds. Tickets about speed stopped."),
    SampleBet(9, "Invite by link, not number", "invite link", "If the link lives a month and comes by text message, new starters come in by themselves.", "Starters in the app in 3 days", "%", "up", 54, 80, 78, 262, 250, 196, "now", 6, 6, "confirmed", "78 % against a target of 80. Good enough to stop."),
    SampleBet(12, "Print the rota on A3", "print layout", "If all seven days fit, the wall shows the truth.", "Rotas printed in full", "%", "up", 38, 90, 93, 236, 228, 204, "now", 3, 3, "confirmed", "Nobody draws Saturday any more."),
    SampleBet(8, "A warning a month before a skill ends", "expiry warning", "If managers hear a month ahead, fewer certificates lapse.", "Shifts with an expired skill", "%", "down", 4.1, 1, 2.4, 228, 214, 168, "now", 6, 6, "pivoted", "Warnings were read and not acted on. Only a stop at planning changes it; that is the next bet."),
    SampleBet(18, "Correct a timesheet after approval", "timesheet correction", "If a correction with a note takes a minute, payroll is right and support is not asked.", "Support contacts about timesheets", "a week", "down", 33, 12, 10, 204, 192, 148, "now", 7, 7, "confirmed", "From 33 to 10 contacts a week."),
    SampleBet(23, "A quiet time for messages", "quiet time", "If messages wait for the morning, people keep them on.", "Staff with the app muted", "%", "down", 12, 8, 8.5, 178, 168, 132, "now", 5, 5, "confirmed", "Muting is at 8.5 %, the lowest since we measure it."),
    SampleBet(4, "Checklist on the first day", "first-day checklist", "If a new manager sees the next step, the first rota comes in week one.", "Sites publishing in 7 days", "%", "up", 49, 56, 50, 172, 158, 118, "now", 5, 5, "pivoted", "One point, inside the noise. A list does not build a rota; a guide might."),
    SampleBet(22, "Cost in total, not per person", "cost roles", "If rates are hidden and totals shown, leads can plan to a budget.", "Sites planning with costs on", "%", "up", 22, 45, 41, 150, 138, 96, "now", 6, 6, "", ""),
    SampleBet(0, "Swaps with rest-rule check", "swap check", "If a swap is checked as it is made, managers stop moving people by hand and allow swaps at all.", "Sites that swapped, 28 days", "%", "up", 0, 45, 31, 186, 168, 12, "now", 9, 9, "", ""),
    SampleBet(19, "Hours by ward and by week", "ward report", "If hours come by ward, nobody builds a pivot table.", "Exports re-worked by finance", "a month", "down", 64, 15, 22, 128, 112, 40, "now", 5, 5, "", ""),
    SampleBet(1, "Swap approval on the phone", "phone approval", "If a manager can say yes where she stands, a swap takes minutes and not a day.", "Median time to approve", "h", "down", 21, 2, 19, 104, 88, None, "now", 6, 3),
    SampleBet(6, "Payroll export rewrite", "payroll export", "If the export is right the first time, payroll closes a day earlier and tickets halve.", "Export tickets a week", "", "down", 31, 8, 26, 116, 92, None, "now", 11, 7),
    SampleBet(5, "Rota import from spreadsheets", "sheet import", "If last month’s sheet goes in unchanged, a new site has a rota on day one.", "First rota within a day", "%", "up", 34, 60, 38, 134, 110, None, "now", 8, 3),
    SampleBet(4, "Guided first rota for everyone", "guided rota", "If the first rota is built with the manager, more sites publish in week one.", "Sites publishing in 7 days", "%", "up", 50, 56, 52, 84, 62, None, "next", 7, 5),
    SampleBet(2, "Overtime shown before publishing", "overtime preview", "If the cost is visible before the press, planners change the shift and not the pay slip.", "Unplanned overtime a week", "h", "down", 6.1, 4.5, 6.1, 70, 33, None, "next", 5, 0),
    SampleBet(3, "Agency workers as a second pool", "agency pool", "If open shifts reach agencies after staff, fewer stay empty and staff keep first choice.", "Open shifts unfilled", "%", "down", 11, 6, 11, 62, 6, None, "next", 4, 0),
    SampleBet(8, "An expired skill stops the shift", "skill stop", "If an expired skill stops the assignment, audits find nothing.", "Shifts with an expired skill", "%", "down", 2.4, 0, 2.4, 54, None, None, "later", 0, 0),
    SampleBet(27, "History of every shift", "shift history", "If every change has a name and a time, tenders and unions are answered in a minute.", "Tenders lost on proof", "a year", "down", 3, 0, 3, 48, None, None, "later", 0, 0),
    SampleBet(25, "Ask everybody who is free and allowed", "cover request", "If one button asks all who may, cover is found in ten minutes.", "Time to cover a sick call", "min", "down", 58, 10, 58, 36, None, None, "later", 0, 0),
    SampleBet(7, "Kiosk clock-in", "kiosk", "If crews without phones can clock in, kitchens and ships can be sold to.", "Clock-ins without a phone", "%", "up", 0, 20, 0, 170, None, None, "later", 0, 0, "", "Three kitchens of one group asked. We would have built a door for one customer while swaps, which 29 people had asked for, waited for the same two engineers.", 152, True),
    SampleBet(33, "The app in nine languages", "languages", "If staff read their own language, they answer offers.", "Offers answered", "%", "up", 44, 55, 44, 96, None, None, "later", 0, 0, "", "Translation is a promise for every screen from then on. With two designers we would break it within a quarter; the two languages most asked for come with the phone work instead.", 74, False),
    SampleBet(5, "Dates in a sheet read as the site writes them", "sheet dates", "If dates are read the way the site writes them, trials that bring their own sheet get through the import.", "Trials activated in 14 days", "%", "up", 34.8, 40, 41, 58, 52, 37, "now", 4, 4, "confirmed", "41 % of trials published a rota in 14 days, 35 % before: a rise of 18 %. Of those who come by paid search four in ten still stop at the import; the rest of the sheet is the next bet."),
)  # fmt: skip

TASKS = (
    "Data model for the {n}", "{N}: screen for managers", "{N}: phone layout", "API for the {n}", "{N}: rules and their tests",
    "{N}: messages to staff", "{N}: audit entries", "{N}: behind a flag, on for five sites", "{N}: help page and video",
    "Fix: {n} with split shifts", "{N}: load test with 300 people",
)  # fmt: skip
UPKEEP = (
    "Upgrade the database driver", "Fix: daylight saving moves shifts by an hour", "Reduce the size of the phone app",
    "Remove the old export endpoint", "Rotate the signing keys", "Fix: name with an apostrophe breaks the badge",
    "Speed up the nightly totals", "Alert when the calendar feed falls behind", "Fix: leave balance rounds up",
    "Drop support for the old sign-in page", "Tidy the seed data", "Fix: wrong colour for public holidays in dark mode",
    "Dependency updates of the month", "Fix: week 53", "Log slow queries", "Fix: empty site shows an error",
)  # fmt: skip

OPENERS = {
    "call": (
        "",
        "So what happens today is this. ",
        "Let me tell you how it goes. ",
        "As I said last time, ",
    ),
    "support": ("Hello, ", "Hi team, ", "", "Good morning, "),
    "email": ("", "Dear Oakrow, ", "Following up on our talk: ", "One more thing. "),
    "sales note": ("They said: ", "From the demo: ", "In the second meeting: ", ""),
    "portal": ("", "", "Please: ", ""),
    "interview": ("", "If I am honest, ", "You asked what annoys me. ", ""),
    "chat": ("", "hey, ", "quick one: ", ""),
}
CLOSERS = (
    "", "", "", " Is anything planned?", " When could this change?", " We can show it to you on a call.",
    " Others here say the same.", " It is the one thing I would ask for.", " Thank you for listening.",
    " We have found a way round it, but it is ugly.", " I would test anything you have.",
)  # fmt: skip


def release_days() -> list[int]:
    """The days that had a release, oldest first: those of bets, and every nine days where none is near."""
    bets = {b.shipped for b in BETS if b.shipped is not None}
    others = {d for d in range(336, 18, -9) if all(abs(d - s) > 3 for s in bets)}
    return sorted(bets | others, reverse=True)


def versions(now: datetime) -> list[tuple[int, str]]:
    """Day and version of every release, oldest first: year, month, and which of that month."""
    counts: Counter[str] = Counter()
    found = []
    for day in release_days():
        month = f"{now - timedelta(days=day):%Y.%-m}"
        counts[month] += 1
        found.append((day, f"{month}.{counts[month]}"))
    return found


def next_version(now: datetime) -> str:
    """What the release after all those will be called."""
    month = f"{now:%Y.%-m}"
    done = sum(version.rpartition(".")[0] == month for _, version in versions(now))
    return f"{month}.{done + 1}"
