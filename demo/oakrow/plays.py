"""What Oakrow wrote down of itself: its sheet, what its squads tried, and what people marked by hand."""

SHEET = {
    "product": "Oakrow, a planner for rotas of people who work in shifts",
    "target_users": "Ward managers, shift leads and planners of care homes, shops and plants",
    "stage": "Series A",
    "people": "84",
    "mission": "Nobody should learn of a shift from a colleague",
    "leverage": "Between shipping and telling, and in the days that work waits for review",
}
FOUNDERS = (("Maya Okafor", "Chief executive"), ("Jonas Weber", "Head of engineering"))

# who, days ago, title, play, where, how it stands, what was tried, what came of it, (metric, before, after, unit, how)
TRIED = (
    ("Jonas Weber", 210, "No releases on a Friday", "risky-release", "All squads, four weeks", "Given up",
     "Nothing goes out after Thursday noon.",
     "The same work went out on Monday in larger pieces. What hurt was size, not the day.", None),
    ("Tomas Lindgren", 160, "Themes by show of hands", "feedback-to-roadmap", "Scheduling, two months", "Given up",
     "Once a month everybody votes which theme matters.",
     "Whoever had spoken to a customer last won. Nobody looked at how many accounts had asked.", None),
    ("Priya Raman", 118, "Ranges instead of single numbers", "honest-priorities", "Payroll, for good", "Kept",
     "Each estimate has a low and a high that somebody would bet on.",
     "The ranking moved in two places, and we ask what we would have to learn first.", None),
    ("Petra Novak", 55, "Review before lunch", "highest-return", "Scheduling, six weeks", "Kept",
     "The first hour of the day belongs to what others finished.",
     "Nothing lies over night any more. Fridays stay bad.", ("Wait for review", 3.0, 1.2, "d", "median of 41 items")),
    ("Birgit Aalto", 48, "An hour of reading what customers said", "feedback-to-roadmap", "Support and product", "Kept",
     "Tuesdays at ten, aloud, ten items, no screens.",
     "Designers hear the sentence and not the summary. We skip it in weeks with a launch.",
     ("People who read customers' words each week", 4.0, 13.0, "people", "counted in the room")),
    ("Tomas Lindgren", 36, "Stand-ups in writing twice a week", "rituals-worth-their-time", "Scheduling, five weeks", "Changed",
     "Tuesday and Thursday in the channel, the other days in person.",
     "Thursday went back to a meeting; Tuesday stays in writing.",
     ("Meeting hours a person and week", 5.2, 3.9, "h", "from calendars")),
    ("Adaeze Nwosu", 20, "Success writes the line for the changelog", "launch-readiness", "All squads", "Still trying",
     "Who answers the customer writes the sentence that announces it.", "", None),
    ("Hanna Sørensen", 9, "A rota of who joins a customer's call", "fill-a-gap", "Platform, until the end of the month",
     "Still trying", "Two engineers a week join one call each and write down one sentence.", "", None),
)  # fmt: skip
SHARED = (30, "The first share-out", 17, ((3, "Take it over"), (4, "Take it over"), (2, "Try it")))
# who, days ago, what, what they say, why
MARKS = (
    (
        "Rafael Amaral",
        44,
        "identical-rituals",
        "Not in place",
        "Payroll plans by the month, and should",
    ),
    ("Rafael Amaral", 44, "portfolio-board", "Not in place", ""),
    (
        "Jonas Weber",
        30,
        "specialists",
        "In place",
        "A release manager; too early, says Jonas himself",
    ),
    ("Rafael Amaral", 12, "postmortems", "Next", "the last outage taught one person, not eight"),
)
NOTES = ("Birgit Aalto", 26, "feedback-to-roadmap", "Sales notes still come by mail on the last day of the month. Ask Luis before counting.")  # fmt: skip
