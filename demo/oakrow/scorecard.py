"""What Oakrow wants to be different in a year, what was said of it each quarter, and what it leaves for later."""

LEAD = "Maya Okafor"
BEGAN = 270  # days ago
LATER = (
    150,
    110,
    62,
    40,
    24,
)  # days on which a baseline was taken of what had become measured since
REVIEWS = (150, 57)  # a quarter apart, so that each has a name of its own
REPORT = 57  # the day of the report that went to the board
# outcome: owner, in six months, in twelve, and a sentence in each review
OUTCOMES = {
    "Cycle time": ("Jonas Weber", "-10 %", "-20 %", (
        "Work still lies in review; two readers serve three squads.",
        "The import rewrite held everything up; review has a day of its own since September.",
    )),
    "Release frequency": ("Jonas Weber", "+25 %", "+50 %", (
        "Up, because the swap check went out in small steps.",
        "Back down over the summer; each squad ships by itself from October.",
    )),
    "Activation": ("Hanna Sørensen", "+10 %", "+20 %", (
        "Not measured before the events come in.",
        "Measured now; the mended import should show in the next weeks.",
    )),
    "Stakeholders' satisfaction": ("Rafael Amaral", "60", "70", (
        "Four in ten are content; most never hear why something was declined.",
        "We ask again in autumn; decisions are written down now.",
    )),
    "Release checklist followed": ("Victor Hale", "80", "90", (
        "More lines are done since the list is on the release itself.",
        "Nearly all of it; the last line is the hard one.",
    )),
    "Asks through one intake": ("Rafael Amaral", "70", "80", (
        "Not counted yet; asks still come in five places.",
        "Begun with Scheduling; the other squads still mail what they hear.",
    )),
    "Dashboards with an owner": ("Ines Marchetti", "90", "100", (
        "There is none yet.", "There is none yet; the first two come with the events.",
    )),
    "Asked to told": ("Adaeze Nwosu", "-25 %", "-50 %", (
        "Shorter since answers are drafted when something ships.",
        "Up and down with what ships; small releases keep it short.",
    )),
}  # fmt: skip
MINUTES = "25"  # a week, from a two-week log of who was asked again
# what, why not now, what would bring it back, the number that is watched, when, which level
NOT_NOW = (
    ("Approval of answers by somebody else than success", "Adaeze reads them in ten minutes a day.",
     "25 answers or more wait for a yes", "follow-ups-waiting", "at least", "25"),
    ("A scoring model for every ask", "We argue about three problems, not about thirty.",
     "5 decisions or more are open at a time", "decisions-open", "at least", "5"),
    ("Limits on work under way", "Review is the cause; a limit would only hide it.",
     "15 items or more are older than two weeks", "work-ageing", "at least", "15"),
    ("A second survey of colleagues a quarter", "They have just answered one, and we owe them an answer first.",
     "Less than 40 of 100 are satisfied", "stakeholders-content", "at most", "40"),
    ("A tool for roadmaps", "The one we have is read by everybody.", "A customer asks for a view of their own", "", "", ""),
)  # fmt: skip
