"""What Oakrow's people promised to do in a year, and how it went.

Days count back from the seeding day; a negative one is to come. Sources name what it came from: a bet or a problem by its
place in story.py and problems.py, `asked` the newest thing somebody said about a problem, the decision on a bet, a
release by the place of the bet that it shipped, a metric by its name, the investigation of autumn.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class SampleAction:
    text: str
    owner: str
    by: str
    written: int
    due: int
    source: tuple[str, int | str]
    type: str = "follow_up"
    moved: tuple[tuple[int, int], ...] = ()
    """(day on which, day to which), in order."""
    started: int | None = None
    done: int | None = None
    dropped: int | None = None
    reason: str = ""


A = SampleAction
ACTIONS = (
    A("Ask three wards how they say who is away today", "Wen Li", "Tomas Lindgren", 318, 311, ("bet", 0), done=312),
    A("Write the help page for overlap warnings", "Noor Haddad", "Birgit Aalto", 280, 272, ("bet", 0), done=273),
    A("Check that closed days of Scotland are in the calendar", "Victor Hale", "Jonas Weber", 286, 280, ("release", 1), "detect", done=281),
    A("Add a test for weeks with two closed days", "Petra Novak", "Jonas Weber", 284, 277, ("release", 1), "prevent", ((278, 270),), done=271),
    A("Agree with payroll what a night is called on the slip", "Priya Raman", "Maya Okafor", 300, 290, ("decision", 2), done=290),
    A("Alert when a timesheet crosses midnight and the hours do not add up", "Yuki Tanaka", "Priya Raman", 243, 229, ("release", 2), "detect", done=231),
    A("Go through what is left of night corrections by cost centre", "Ines Marchetti", "Priya Raman", 180, 166, ("metric", "Timesheets corrected"), done=160),
    A("Tell the sites that muted the app that offers changed", "Adaeze Nwosu", "Tomas Lindgren", 260, 250, ("release", 3), done=252),
    A("Load test with a rota of 600, not 300", "Victor Hale", "Hanna Sørensen", 232, 218, ("bet", 4), "detect", ((220, 208),), done=209),
    A("Put slow rotas on the weekly dashboard", "Ines Marchetti", "Hanna Sørensen", 205, 198, ("metric", "Rota open, 300 people, p95"), "detect", done=199),
    A("Ask Harborview Care to try invitation links with agency staff", "Ravi Shah", "Tomas Lindgren", 196, 182, ("bet", 5), dropped=175, reason="Harborview Care left agencies this spring. Two other sites tried it instead."),
    A("Print the new layout at three sites and send photos", "Callum Reid", "Birgit Aalto", 206, 199, ("bet", 6), done=200),
    A("Decide who reads expiry warnings at a site", "Priya Raman", "Jonas Weber", 160, 150, ("bet", 7), "process", ((151, 140), (141, 133)), done=134),
    A("Write down why warnings were not acted on", "Priya Raman", "Maya Okafor", 108, 101, ("decision", 7), done=101),
    A("Show support how a correction is made after approval", "Noor Haddad", "Birgit Aalto", 148, 141, ("release", 8), done=142),
    A("Reply to the three crews that asked for a quiet time in winter", "Callum Reid", "Birgit Aalto", 132, 126, ("asked", 23), done=127),
    A("Compare first weeks with and without the checklist", "Ines Marchetti", "Hanna Sørensen", 118, 100, ("bet", 10), done=103),
    A("Call the two kitchens about why we do not build a kiosk now", "Luis Carvalho", "Maya Okafor", 152, 145, ("decision", 23), done=147),
    A("Put the kiosk on the list for the next look at sales to kitchens", "Sofia Brandt", "Maya Okafor", 152, 120, ("decision", 23), moved=((121, 90),), dropped=88, reason="The list of sales is looked at in the quarterly review; one more reminder is not needed."),
    A("Roll back in a test before cost totals go to everybody", "Daniel Ortiz", "Jonas Weber", 104, 97, ("bet", 11), "mitigate", done=98),
    A("Ask finance at Brennick Clinics what a ward is in their ledger", "Priya Raman", "Luis Carvalho", 84, 76, ("asked", 19), done=77),
    A("Give the ward report to five finance leads before it ships", "Amara Diallo", "Priya Raman", 60, 48, ("bet", 13), done=46),
    A("Take the pivot table out of the help pages", "Noor Haddad", "Priya Raman", 39, 32, ("release", 13), done=33),
    A("Find the sheets that were refused for their dates", "Ines Marchetti", "Hanna Sørensen", 61, 60, ("investigation", ""), "detect", done=60),
    A("Read fifty refused sheets and name every way a date is written", "Greta Simons", "Hanna Sørensen", 59, 52, ("investigation", ""), done=52),
    A("Change the advertisement until sheets go in unchanged", "Nina Petrova", "Hanna Sørensen", 58, 44, ("investigation", ""), "mitigate", ((45, 38),), done=39),
    A("Refuse a sheet that mixes both ways of dates, with the row", "Leah Cohen", "Hanna Sørensen", 50, 37, ("bet", 25), "prevent", done=38),
    A("Have the import tested by somebody who has never seen it", "Wen Li", "Hanna Sørensen", 37, 23, ("bet", 16), done=20),
    A("Write the rest rule of Finland down with the works council", "Elin Holm", "Tomas Lindgren", 40, 26, ("bet", 12), "prevent", ((27, 19),), done=18),
    A("Watch refused swaps every day of the first week", "Kofi Mensah", "Tomas Lindgren", 12, 5, ("release", 12), "detect", done=5),
    A("Say in the help page why a swap is refused", "Noor Haddad", "Tomas Lindgren", 11, 4, ("release", 12), done=4),
    A("Show managers what to do when a swap is refused", "Birgit Aalto", "Tomas Lindgren", 11, 3, ("release", 12), "process", done=2),
    A("Tell Tarn Valley the week in which phone approval comes", "Tomas Lindgren", "Adaeze Nwosu", 9, 2, ("asked", 0), moved=((2, 1),), started=1),
    A("Answer question 14 of the Northmere tender", "Luis Carvalho", "Tomas Lindgren", 6, 1, ("opportunity", 0)),
    A("Get the numbers of export tickets by site before the next review", "Ines Marchetti", "Priya Raman", 14, 4, ("metric", "Export tickets a week"), moved=((5, 3),), started=4),
    A("Agree with engineering what phone approval leaves out", "Tomas Lindgren", "Jonas Weber", 4, 0, ("bet", 14), "process"),
    A("Write to the sites that import by hand every month", "Adaeze Nwosu", "Hanna Sørensen", 5, 0, ("bet", 16)),
    A("Rehearse going back to the old payroll export", "Farah Aziz", "Jonas Weber", 3, -1, ("bet", 15), "mitigate", started=1),
    A("Ask six agencies what they may see of a shift", "Tomas Lindgren", "Maya Okafor", 6, -2, ("decision", 19)),
    A("Look at the guide with two new managers", "Hanna Sørensen", "Tomas Lindgren", 8, -4, ("bet", 17), moved=((2, -4),)),
    A("Say yes or no to a second designer for Payroll", "Maya Okafor", "Priya Raman", 10, -3, ("bet", 18), "process"),
    A("Move the support rota so that somebody is there on release days", "Rafael Amaral", "Birgit Aalto", 7, -6, ("release", 12), "process"),
    A("Check that overtime is shown for night shifts too", "Oskar Lund", "Priya Raman", 5, -9, ("bet", 18), "prevent"),
    A("Measure swaps again four weeks after they shipped", "Ines Marchetti", "Tomas Lindgren", 12, -16, ("bet", 12), "detect"),
)  # fmt: skip
