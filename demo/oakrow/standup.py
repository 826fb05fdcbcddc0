"""How Rafael stands product operations up at Oakrow: whom he heard, the way as it was, the pilot, the tools."""

LEAD = "Rafael Amaral"
BEGAN = 69  # days ago, so that today is day 70
PILOT, NEXT = "Scheduling", "Payroll"
SET_UP, COPIED = 39, 5  # days ago
# share of asks a squad writes down itself: nine weeks ago, and now
HERE = {"Scheduling": (0.35, 0.97), "Payroll": (0.2, 0.5), "Platform": (0.1, 0.15)}
STOP = "If the pilot does not ask to keep it on day 30, or planning takes more than two hours a week, we stop."
ROLES = "Product, Engineering, Design, Sales, Support, Success, Customer"

# name, role, days ago, pains, in their words
PEOPLE = (
    (
        "Maya Okafor",
        "Founder",
        67,
        "asks in five places, dates that move",
        "I hear of a promise to a customer when the customer reminds me.",
    ),
    (
        "Tomas Lindgren",
        "Product",
        66,
        "nobody hears back, asks in five places",
        "I have four lists, and I trust none of them on a Monday.",
    ),
    (
        "Priya Raman",
        "Product",
        65,
        "numbers that disagree, dates that move",
        "We spent an hour last week on which activation is the right one.",
    ),
    (
        "Jonas Weber",
        "Engineering",
        65,
        "waiting for review, dates that move",
        "Work is done in two days and then lies three in review.",
    ),
    (
        "Petra Novak",
        "Engineering",
        64,
        "waiting for review",
        "I start something new because the old one waits for a reader.",
    ),
    (
        "Wen Li",
        "Design",
        63,
        "no words from customers",
        "I get the request, never the sentence that somebody said.",
    ),
    (
        "Amara Diallo",
        "Design",
        62,
        "no words from customers, waiting for review",
        "What I test is what we have already decided.",
    ),
    (
        "Luis Carvalho",
        "Sales",
        62,
        "dates that move, nobody hears back",
        "I would rather have a later date that holds.",
    ),
    (
        "Sofia Brandt",
        "Sales",
        60,
        "nobody hears back, surprised by releases",
        "I learned of the swap check from a customer.",
    ),
    (
        "Birgit Aalto",
        "Support",
        59,
        "surprised by releases, asks in five places",
        "On release day we read the changelog together with the customers.",
    ),
    (
        "Noor Haddad",
        "Support",
        58,
        "nobody hears back",
        "I promise to pass it on, and then I stop being able to say anything.",
    ),
    (
        "Adaeze Nwosu",
        "Success",
        56,
        "nobody hears back, asks in five places",
        "Each of my accounts asks me what became of it. I ask around for a day.",
    ),
    (
        "Ravi Shah",
        "Success",
        55,
        "surprised by releases",
        "A new screen in the middle of a training is no fun.",
    ),
    (
        "",
        "Customer",
        52,
        "nobody hears back",
        "We wrote it down three times. Does anybody read it?",
    ),
    ("", "Customer", 47, "nobody hears back, dates that move", "Tell me no, but tell me."),
)

# step, station, owner, days, pain
STEPS = (
    ("Heard on a call", "Heard", "Adaeze Nwosu", 1, "Some of it stays in the notebook"),
    ("Written into a list", "Heard", "Birgit Aalto", 2.5, "Four lists, none complete"),
    ("Understood", "Understood", "Tomas Lindgren", 5, "Nobody sees that it is the ninth time"),
    ("Decided", "Decided", "Maya Okafor", 9, "The forum meets every second week"),
    ("Waits for a squad", "Decided", "Jonas Weber", 6.5, "Two squads wait for each other"),
    ("Built", "Built", "Jonas Weber", 4, ""),
    ("Read by somebody else", "Built", "", 3, "Two readers serve three squads"),
    ("Goes out", "Shipped", "Victor Hale", 2, "The checklist is in somebody's head"),
    ("Told to who asked", "Told", "Adaeze Nwosu", 5, "Waits for one approval"),
)

# tool, owner, cost a month, what for, who uses it, people, overlap, answer
TOOLS = (
    ("GitHub", "Jonas Weber", 630, "code, issues", "Engineering", 14, "", "Keep"),
    (
        "Linear",
        "Hanna Sørensen",
        224,
        "issues, roadmap",
        "Product and engineering",
        18,
        "GitHub issues",
        "Keep",
    ),
    ("Notion", "Clara Boone", 300, "documents", "Everybody", 30, "", "Keep"),
    ("Google Drive", "", 180, "documents", "Sales, office", 12, "Notion", "Retire"),
    ("Airtable", "Tomas Lindgren", 240, "feedback, roadmap", "Product", 4, "Loopline", "Replace"),
    ("Zapier", "", 103, "glue", "Nobody by name", 2, "Loopline", "Replace"),
    ("Intercom", "Birgit Aalto", 890, "support, feedback", "Support", 6, "", "Keep"),
    ("HubSpot", "Luis Carvalho", 720, "accounts", "Sales", 7, "", "Keep"),
    ("Gong", "Sofia Brandt", 650, "calls", "Sales", 5, "", "Keep"),
    ("Mixpanel", "Ines Marchetti", 480, "product data", "Product, data", 6, "Loopline", "Replace"),
    ("Figma", "Wen Li", 135, "design", "Design, product", 9, "", "Keep"),
    ("Slack", "Rafael Amaral", 260, "chat", "Everybody", 30, "", "Keep"),
)

# topic, kind, days ago, who, how many, rating
SESSIONS = (
    ("One intake: writing down what somebody said", "Training", 37, "Scheduling", 6, 4.3),
    ("Questions of any kind", "Office hours", 33, "Petra, Kofi, Wen", 3, 4.7),
    ("Reading the planning page before the hour", "Training", 30, "Scheduling", 5, 4),
    ("Questions of any kind", "Office hours", 26, "Mateo, Birgit", 2, 4.5),
    ("Three minutes: merging repeats", "Video", 20, "Support and success", 7, 4.1),
    ("Questions of any kind", "Office hours", 12, "Tomas, Noor, Ravi, Sofia", 4, 4.5),
    ("The release checklist, line by line", "Training", 4, "Payroll", 5, 4.4),
)

# day -> (days ago it was answered, scores with words)
PULSES = {
    14: (
        23,
        (
            (4, "I know where things are. The planning hour could be forty minutes."),
            (4, ""),
            (3, "More lines on the checklist than we need."),
            (4, "The words of customers beside the work."),
            (3, ""),
        ),
    ),
    30: (
        7,
        (
            (5, "Keep it. I would miss the planning page."),
            (4, "Fewer questions in chat."),
            (4, ""),
            (5, "That people hear back. Drop the second standup."),
            (4, ""),
            (3, "The checklist is fine now."),
        ),
    ),
}

AGREEMENT = {
    "ready": "The problem in somebody's words. One number that should move. Small enough for a week.",
    "done": "Out, watched for a day, notes written, and those who asked are told.",
    "decides": "Scheduling decides alone what touches one screen. Prices, promises and other squads go to the forum.",
    "meets": "Planning on Monday, three quarters of an hour. Review on Friday, half an hour. Nothing else is fixed.",
}
NOT_NOW = (
    (
        "A score with more than four inputs",
        "Three squads, one list that fits a page",
        "Two bets a month that nobody can compare",
    ),
    (
        "Quarterly planning across departments",
        "One shared date a month is enough",
        "Squads wait for each other twice a month",
    ),
    (
        "A person only for releases",
        "The checklist takes ten minutes",
        "More than one release a day",
    ),
)
WHY = "Tomas asked for it, its releases are seen by every customer, and most asks end there."
TICKS = (
    ("do_30", "agreed", 68),
    ("do_30", "willing", 45),
    ("do_60", "hour", 24),
    ("do_90", "drop", 6),
)
