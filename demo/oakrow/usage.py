"""What people do in Oakrow's product, as its team would name, own and measure it; and the story their events tell.

Days count back from the seeding day, as in story.py; hours are UTC.
"""

from dataclasses import dataclass

PREFIX = "oak-"  # of the ids of its people and events, so that they can be told from others
DAYS = 120  # of history
SHIP_HOUR = 15  # a release is out at that hour
IMPORT_FIX = 37  # "Dates in a sheet read as the site writes them" shipped
SWAPS, WARD_REPORT, COST_PLAN, CHECKLIST = 12, 40, 96, 118  # so did these
OUTAGE, OUTAGE_HOURS = (
    21,
    18,
)  # that day’s release signed Android phones out; mended the next morning
ACTIVATED_IN = 14  # days from the start of a trial to the first published rota that count
PLANS = ("Team", "Business", "Enterprise", "Trial")
DEVICES = ("web", "ios", "android")
ZONES = ("Europe/Berlin", "Europe/London", "Europe/Stockholm", "America/Halifax")


@dataclass(frozen=True)
class Channel:
    """How trials come: their share, how many get through each step, and through the import before and after the fix."""

    name: str
    share: float
    workspace: float
    site: float
    import_started: float
    imported: tuple[float, float]
    published: float


CHANNELS = (
    Channel("organic search", 0.30, 0.88, 0.92, 0.88, (0.73, 0.81), 0.72),
    # Its advertisement says "Bring your rota spreadsheet", so they come with sheets as they grew over the years.
    Channel("paid search", 0.27, 0.87, 0.91, 0.90, (0.34, 0.62), 0.70),
    Channel("referral", 0.13, 0.92, 0.94, 0.90, (0.79, 0.85), 0.75),
    Channel("partner", 0.09, 0.94, 0.96, 0.92, (0.86, 0.89), 0.78),
    Channel("sales-led", 0.08, 0.96, 0.97, 0.94, (0.90, 0.93), 0.80),
    Channel("product hunt", 0.13, 0.78, 0.82, 0.80, (0.70, 0.79), 0.62),
)
SOURCES = ("spreadsheet", "hr system", "template", "typed")
SOURCE_SHARES = {  # of those who start an import
    "paid search": (0.86, 0.03, 0.07, 0.04),
    "": (0.46, 0.16, 0.22, 0.16),
}
REASONS = (  # why a spreadsheet is refused; the words of customers stand in problems.py, number 5
    "dates read month first",
    "people down and days across",
    "merged cells",
    "no headings",
)


@dataclass(frozen=True)
class SampleEvent:
    name: str
    owner: str
    description: str


EVENTS = (
    SampleEvent("site visited", "Nina Petrova", "A page of the website was opened by somebody we may not know yet."),
    SampleEvent("pricing viewed", "Nina Petrova", "The page of prices was opened."),
    SampleEvent("trial started", "Hanna Sørensen", "An account for 30 days was made. The start of onboarding."),
    SampleEvent("workspace created", "Hanna Sørensen", "The company got a name and a country."),
    SampleEvent("site added", "Hanna Sørensen", "The first site, with its opening hours."),
    SampleEvent("import started", "Hanna Sørensen", "Staff and last month’s rota are brought in, from one of four sources."),
    SampleEvent("import failed", "Hanna Sørensen", "The import was refused, with the reason shown to the person."),
    SampleEvent("import finished", "Hanna Sørensen", "Staff and rota are in."),
    SampleEvent("checklist step done", "Hanna Sørensen", "A step of the first-day checklist was ticked."),
    SampleEvent("staff invited", "Hanna Sørensen", "Invitations went out, by link, text message or e-mail."),
    SampleEvent("rota created", "Tomas Lindgren", "A week was opened for planning."),
    SampleEvent("rota published", "Tomas Lindgren", "A week was shown to its staff. In a trial: activation."),
    SampleEvent("quote requested", "Luis Carvalho", "Somebody in a trial asked for a price."),
    SampleEvent("session started", "Hanna Sørensen", "In the browser, by password or single sign-on."),
    SampleEvent("rota viewed", "Tomas Lindgren", "A rota was opened in the browser; with the time it took."),
    SampleEvent("shift assigned", "Tomas Lindgren", "Somebody was put on a shift."),
    SampleEvent("shift moved", "Tomas Lindgren", "A shift got another time or person."),
    SampleEvent("week copied", "Tomas Lindgren", "A week was made from the one before."),
    SampleEvent("rota printed", "Tomas Lindgren", "For the wall."),
    SampleEvent("shift offered", "Tomas Lindgren", "An open shift was offered to those who may take it."),
    SampleEvent("offer answered", "Tomas Lindgren", "An offer was taken or declined on the phone."),
    SampleEvent("swap requested", "Tomas Lindgren", "Somebody asked to swap a shift; the rest rule was checked."),
    SampleEvent("swap refused", "Tomas Lindgren", "The rest rule does not allow the swap."),
    SampleEvent("swap approved", "Tomas Lindgren", "A manager said yes."),
    SampleEvent("leave requested", "Tomas Lindgren", "Somebody asked for days off."),
    SampleEvent("leave approved", "Tomas Lindgren", "A manager said yes to leave."),
    SampleEvent("app opened", "Tomas Lindgren", "The phone app came to the front."),
    SampleEvent("shift viewed", "Tomas Lindgren", "Somebody looked at their next shifts."),
    SampleEvent("shift started", "Priya Raman", "A shift was started on the phone."),
    SampleEvent("notifications muted", "Tomas Lindgren", "Messages were switched off."),
    SampleEvent("timesheet approved", "Priya Raman", "A week of one person’s hours was approved."),
    SampleEvent("timesheet corrected", "Priya Raman", "An approved timesheet was changed, with a note."),
    SampleEvent("export downloaded", "Priya Raman", "Hours for payroll; with rows and the time it took."),
    SampleEvent("export failed", "Priya Raman", "The payroll export could not be made; with the reason."),
    SampleEvent("ward report viewed", "Priya Raman", "Hours by ward and by week."),
    SampleEvent("cost plan opened", "Priya Raman", "A rota was planned with its cost beside it."),
    SampleEvent("error shown", "Hanna Sørensen", "The person saw an error."),
    # From before the naming rule, and from the tag manager of the website.
    SampleEvent("ClickedButton", "", ""),
    SampleEvent("page_view", "", ""),
    SampleEvent("Rota PDF", "", ""),
)  # fmt: skip
