"""What Oakrow meets for, and what came of it in a year. Lines are as somebody typed them in the room."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SampleRitual:
    """`since` days ago it began; `worth` are ratings it usually gets; `skips` which sessions, from the newest, did not
    take place, and why."""

    name: str
    purpose: str
    template: str
    cadence: str
    weekday: int
    at: str
    minutes: int
    owner: str
    people: tuple[str, ...]
    since: int
    team: str = ""
    nth: int = 1
    worth: tuple[int, ...] = (3, 3, 4)
    skips: tuple[tuple[int, str], ...] = ()
    over: int = 0
    channel: str = ""


LEADS = ("Maya Okafor", "Tomas Lindgren", "Priya Raman", "Hanna Sørensen", "Jonas Weber")
SQUAD = ("Tomas Lindgren", "Wen Li", "Petra Novak", "Kofi Mensah", "Elin Holm", "Mateo Rossi")
R = SampleRitual
RITUALS = (
    R(
        "Weekly review",
        "What moved, what it means, and what we do about it",
        "ritual-weekly-review",
        "weekly",
        4,
        "10:00",
        30,
        "Rafael Amaral",
        (*LEADS, "Adaeze Nwosu", "Luis Carvalho", "Birgit Aalto"),
        287,
        worth=(4, 3, 4, 4, 3),
        skips=((14, "Half of us were at Tarn Valley"), (31, "Company day")),
        over=2,
        channel="#product",
    ),
    R(
        "Scheduling planning",
        "What this week is for, who does what, and what we leave",
        "ritual-weekly-planning",
        "weekly",
        0,
        "10:00",
        45,
        "Tomas Lindgren",
        SQUAD,
        280,
        "Scheduling",
        worth=(3, 3, 4, 2),
        skips=((22, "Easter Monday"),),
        over=4,
        channel="#squad-scheduling",
    ),
    R(
        "Payroll planning",
        "What this week is for, who does what, and what we leave",
        "ritual-weekly-planning",
        "weekly",
        0,
        "11:00",
        45,
        "Priya Raman",
        ("Priya Raman", "Amara Diallo", "Yuki Tanaka", "Farah Aziz", "Oskar Lund"),
        280,
        "Payroll",
        worth=(3, 4, 3),
        skips=((22, "Easter Monday"),),
        over=1,
        channel="#squad-payroll",
    ),
    R(
        "Backlog hygiene",
        "A short look at what lies too long",
        "ritual-hygiene",
        "weekly",
        2,
        "09:30",
        30,
        "Hanna Sørensen",
        (
            "Hanna Sørensen",
            "Tomas Lindgren",
            "Priya Raman",
            "Victor Hale",
            "Noor Haddad",
            "Callum Reid",
            "Greta Simons",
        ),
        280,
        worth=(1, 1, 2, 1),
        skips=((1, "Nobody had anything"), (4, "Three of seven could not come")),
        over=6,
        channel="#triage",
    ),
    R(
        "Scheduling retro",
        "What helped, what hurt, and the one thing we change",
        "ritual-retro",
        "fortnightly",
        3,
        "15:00",
        45,
        "Wen Li",
        SQUAD,
        270,
        "Scheduling",
        worth=(4, 3, 4),
        over=3,
        channel="#squad-scheduling",
    ),
    R(
        "Metrics review",
        "Which numbers moved and whether we know why",
        "ritual-metrics-review",
        "fortnightly",
        2,
        "11:00",
        45,
        "Ines Marchetti",
        ("Ines Marchetti", "Tomas Lindgren", "Priya Raman", "Hanna Sørensen", "Nina Petrova"),
        210,
        worth=(3, 3, 4),
        channel="#numbers",
    ),
    R(
        "Decision forum",
        "Decisions that more than one team has to live with",
        "ritual-forum",
        "fortnightly",
        1,
        "16:00",
        45,
        "Maya Okafor",
        (*LEADS, "Birgit Aalto", "Luis Carvalho"),
        240,
        worth=(3, 4, 3),
        over=5,
        channel="#decisions",
    ),
    R(
        "Roadmap review",
        "Whether the bets still hold, what moves up, what we stop",
        "ritual-roadmap-review",
        "monthly",
        1,
        "14:00",
        60,
        "Maya Okafor",
        (*LEADS, "Birgit Aalto", "Adaeze Nwosu", "Sofia Brandt"),
        330,
        worth=(3, 4, 3),
        over=8,
        channel="#roadmap",
    ),
    R(
        "Quarterly goals",
        "What the last quarter taught us, and what the next is for",
        "ritual-quarterly-goals",
        "quarterly",
        0,
        "13:00",
        120,
        "Maya Okafor",
        (*LEADS, "Rafael Amaral", "Ines Marchetti", "Birgit Aalto"),
        340,
        nth=2,
        worth=(4, 3, 4),
        over=15,
        channel="#goals",
    ),
)

# ritual, which session from the newest, who typed it, the line
DECIDED = (
    ("Weekly review", 1, "Tomas Lindgren", "Refused swaps are read every morning until they stay under five a week, because the rest rule is new to managers"),
    ("Weekly review", 3, "Hanna Sørensen", "The import is not advertised again before ten strangers have got through it, because the last round cost us trust"),
    ("Weekly review", 6, "Priya Raman", "Ward costs go out to five finance leads first, because each of them means something else by a ward"),
    ("Weekly review", 11, "Tomas Lindgren", "Quiet time stays off for crews on call, because two of them missed a shift"),
    ("Decision forum", 0, "Maya Okafor", "Support may promise a day only for what is in the next release, because three promises were missed in October"),
    ("Decision forum", 2, "Hanna Sørensen", "One date format a file, because guessing filled rotas with the wrong month"),
    ("Decision forum", 5, "Jonas Weber", "The nightly build blocks a release, because two of four escapes would have been seen there"),
    ("Roadmap review", 0, "Maya Okafor", "Phone approval comes before the kiosk, because swaps wait longest at night"),
    ("Roadmap review", 2, "Maya Okafor", "No new country before payroll corrections are halved, because every country multiplies them"),
    ("Metrics review", 1, "Ines Marchetti", "Activation counts the first published rota and not the first import, because nobody stays for an import"),
    ("Scheduling retro", 0, "Tomas Lindgren", "Nothing is started on a Friday, because it lies open over the weekend"),
    ("Scheduling retro", 3, "Tomas Lindgren", "A review waits for one person at most four hours, because half of cycle time was waiting"),
    ("Scheduling planning", 2, "Tomas Lindgren", "This week is for refused swaps and nothing else, because the release is a week old"),
    ("Quarterly goals", 0, "Maya Okafor", "This quarter is for first weeks that stick, because new sites leave in week three"),
)  # fmt: skip

# ritual, which session from the newest, who typed it, the line with its owner, days until it is due, done after so many days
TO_DO = (
    ("Weekly review", 0, "Maya Okafor", "@Luis Regional demo script with the new swap rules", 6, None),
    ("Weekly review", 0, "Tomas Lindgren", "@Adaeze Ask Tarn Valley for a line on swaps", 5, 3),
    ("Weekly review", 1, "Rafael Amaral", "@Birgit Tell support which refusals are right", 5, 4),
    ("Weekly review", 1, "Hanna Sørensen", "@Ines Split first weeks by channel", 6, None),
    ("Weekly review", 2, "Maya Okafor", "@Jonas Second reader for Payroll reviews", 7, 6),
    ("Weekly review", 3, "Priya Raman", "@Sofia Ask the two lost kitchens why, once more", 7, 9),
    ("Weekly review", 4, "Tomas Lindgren", "@Wen Photos of printed rotas from three sites", 7, 5),
    ("Weekly review", 6, "Maya Okafor", "@Nina Take the old import film off the site", 6, 2),
    ("Weekly review", 8, "Rafael Amaral", "@Noor Merge the four reports about cut-off Fridays", 4, 3),
    ("Scheduling planning", 0, "Tomas Lindgren", "@Kofi Split the approval screen so that half of it can ship", 4, None),
    ("Scheduling planning", 1, "Tomas Lindgren", "@Petra Write the test for nights that cross two days", 4, 4),
    ("Scheduling planning", 3, "Tomas Lindgren", "@Elin Ask the works council about the rest rule", 8, 7),
    ("Payroll planning", 0, "Priya Raman", "@Farah Run the November corrections a second time", 4, None),
    ("Payroll planning", 2, "Priya Raman", "@Yuki Show where a night begins on the slip", 5, 5),
    ("Scheduling retro", 0, "Wen Li", "@Mateo Move the review reminder to ten in the morning", 7, 2),
    ("Scheduling retro", 1, "Wen Li", "@Kofi Show waiting reviews on the wall", 10, 8),
    ("Metrics review", 0, "Ines Marchetti", "@Hanna Say what a first week is, in one sentence", 9, None),
    ("Metrics review", 2, "Ines Marchetti", "@Nina Name the campaigns of autumn the same everywhere", 9, 8),
    ("Decision forum", 0, "Maya Okafor", "@Birgit Write the three missed promises to those who waited", 3, 2),
    ("Decision forum", 2, "Maya Okafor", "@Greta Refuse files with two date formats", 12, 11),
    ("Decision forum", 5, "Maya Okafor", "@Victor Let the nightly build stop a release", 10, 14),
    ("Roadmap review", 0, "Maya Okafor", "@Luis Tell the kitchens that the kiosk waits", 6, 5),
    ("Roadmap review", 1, "Maya Okafor", "@Adaeze Read the ten oldest asks aloud to whoever asked", 12, 10),
    ("Quarterly goals", 0, "Maya Okafor", "@Ines A number for first weeks that stick", 14, 12),
    ("Backlog hygiene", 7, "Hanna Sørensen", "@Noor Close what nobody asked for twice in a year", 7, 6),
)  # fmt: skip

# focus blocks of the person in operations: day, at, minutes, hat, what for
FOCUS = (
    (0, "08:30", 60, "planning", "The week’s one thing"),
    (1, "09:00", 120, "customers", "Three calls, words into the inbox"),
    (2, "13:00", 90, "building", "Templates for Payroll"),
    (3, "09:00", 120, "metrics review", "What the review will ask"),
    (4, "14:00", 60, "people", "Office hour"),
)
