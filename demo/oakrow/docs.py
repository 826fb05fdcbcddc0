"""What Oakrow wrote in a year: briefs, requirements, runbooks, a postmortem, interviews, a handover and more.

Days count back from the seeding day. In texts {opp:0} and {bet:12} stand for the keys of a problem and a bet by their place
in problems.py and story.py, {met:NAME} for a metric's. `seen` is when the owner last said that it holds.
"""

from dataclasses import dataclass, field

Line = dict[str, str]


@dataclass(frozen=True)
class SampleDoc:
    title: str
    template: str
    owner: str
    made: int
    filled: dict[str, str] = field(default_factory=dict)
    lines: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    ticked: tuple[tuple[str, str], ...] = ()
    body: str = ""
    seen: int | None = None
    opened: int | None = 2
    below: str = ""  # the title of the doc that it belongs to
    into: str = ""  # a table whose lines go into the intake


D = SampleDoc
TOMAS, PRIYA, HANNA = "Tomas Lindgren", "Priya Raman", "Hanna Sørensen"
DOCS = (
    D(
        "Swaps without a desk: brief",
        "brief",
        TOMAS,
        190,
        {
            "problem": "Staff swap shifts among themselves and the manager learns of it late ({opp:0}). Payroll and the union find the short nights.",
            "bet": "Check the rest rule while the swap is made, and say why not in the words of the rule. No calendar, no chat.",
            "success": "Sites that swapped in 28 days, from 0 to 45 % within two quarters.",
            "risks": "Managers switch swaps off at the first wrong yes. We start with six sites that asked.",
        },
        seen=20,
    ),
    D(
        "Swaps with rest-rule check: requirements",
        "prd",
        TOMAS,
        172,
        {
            "problem": "{opp:0}. A manager moves people by hand because the app does not know who had eleven hours of rest.",
            "evidence": "Eighteen interviews and two thirds of the asks name the rest rule. We have not looked at night staff on ferries.",
            "outcome": "Sites that swapped, 28 days: 0 to 45 %. {bet:12} carries it.",
            "out": "Swaps between sites. They come back when ten sites with one pool ask.",
        },
        {
            "stories": (
                {
                    "who": "Nurse",
                    "does": "Offers a shift to those who may take it",
                    "so": "nobody is asked in vain",
                    "must": "First release",
                },
                {
                    "who": "Ward manager",
                    "does": "Sees why a swap is refused",
                    "so": "she can explain it in the corridor",
                    "must": "First release",
                },
                {
                    "who": "Union rep",
                    "does": "Reads who overrode what",
                    "so": "trust stays",
                    "must": "Later",
                },
            ),
            "open": (
                {
                    "question": "May a manager override the rule with a note?",
                    "who": TOMAS,
                    "by": "2026-06-12",
                    "answer": "Yes, and it is logged.",
                },
                {"question": "What about agency staff?", "who": "Ravi Shah"},
            ),
        },
        (("ready", "person"), ("ready", "design"), ("ready", "way-back")),
        seen=10,
    ),
    D(
        "Approve on the phone: brief",
        "brief",
        TOMAS,
        64,
        {
            "problem": "Approvals wait for a desk ({opp:1}). A yes that takes a second waits most of a shift.",
            "bet": "Two buttons on the request, with what the manager needs to say yes: cover, rest, cost.",
            "success": "Half of approvals within ten minutes.",
            "risks": "A yes given in passing. We show the cover left before the buttons.",
        },
        seen=10,
    ),
    D(
        "Cost while planning: requirements",
        "prd",
        PRIYA,
        145,
        {
            "problem": "{opp:2}. Planners publish without seeing what a rota costs.",
            "evidence": "Finance of five accounts re-types the same lines. Leads do not want to see pay of single people.",
            "outcome": "Sites planning with costs on, from 22 to 45 %. {bet:11}.",
            "out": "Budgets by cost centre; they come back when payroll exports hold them.",
        },
        {
            "stories": (
                {
                    "who": "Planner",
                    "does": "Sees the week's cost in total",
                    "so": "the surprise comes before publishing",
                    "must": "First release",
                },
                {
                    "who": "Payroll lead",
                    "does": "Sets rates once",
                    "so": "nobody types them",
                    "must": "First release",
                },
            )
        },
        (("ready", "person"), ("ready", "measured"), ("ready", "support")),
        seen=28,
    ),
    D(
        "First rota in a week: brief",
        "brief",
        HANNA,
        120,
        {
            "problem": "A new site starts from an empty grid ({opp:4}). Many never publish in their first week.",
            "bet": "A guide that builds the first week from last month's sheet. The checklist of spring did not do it.",
            "success": "{met:Trials activated in 14 days} from 40 % on.",
            "risks": "Sheets differ more than we think.",
        },
        seen=25,
    ),
    D(
        "Swaps on nights: discovery sprint",
        "discovery-sprint",
        TOMAS,
        40,
        {
            "question": "Why do night teams not swap in the app although they may ({opp:0})?",
            "belief": "They cannot tell whether the rest rule lets them. If they swap on paper all the same, we are wrong.",
            "sizing": "One night shift in five was moved by hand in the last four weeks.",
            "scope": "The refusal says the first time at which the swap would be allowed.",
            "cut": "Group chat in the app. It comes back if three sites drop theirs.",
            "next": "Build it",
        },
        {
            "guide": (
                {
                    "ask": "Tell me about the last night you gave away",
                    "listen": "Who was asked first, and where",
                },
                {"ask": "What happened next?", "listen": "Paper, phone, manager"},
            ),
            "synthesis": (
                {
                    "said": "They ask in their own chat first",
                    "times": "4",
                    "tags": "swaps, chat",
                    "against": "Harbour pilots have no chat",
                },
                {
                    "said": "A refusal without a reason ends the try",
                    "times": "3",
                    "tags": "swaps, rest rules",
                },
            ),
            "tries": (
                {
                    "who": "Night nurse, Aldermoor",
                    "task": "Give away Thursday",
                    "made": "Alone",
                    "said": "Now I know when.",
                },
                {
                    "who": "Porter, Tarn Valley",
                    "task": "Give away Thursday",
                    "made": "With help",
                    "said": "I looked for the reason below.",
                },
            ),
        },
        (("done", "five"), ("done", "intake"), ("done", "tried"), ("done", "decided")),
    ),
    D(
        "Interview: night nurse, Aldermoor",
        "interview",
        "Wen Li",
        38,
        {
            "person": "Night nurse, eleven years on the ward",
            "goal": "How a night changes hands",
            "notes": "She asks in the chat of the ward first. The app comes last, to make it official.",
            "surprise": "The paper list by the kettle is the one everybody trusts.",
        },
        {
            "insights": (
                {
                    "said": "I ask in our chat, the app only says no and not why.",
                    "tags": "swaps, chat",
                    "strength": "A real pain",
                },
                {
                    "said": "If it told me from when on I may work, I would use it.",
                    "tags": "swaps, rest rules",
                    "strength": "A real pain",
                },
            )
        },
        (("guide", "last"), ("guide", "hard"), ("guide", "tried")),
        below="Swaps on nights: discovery sprint",
        into="insights",
    ),
    D(
        "Interview: ward manager, Tarn Valley",
        "interview",
        TOMAS,
        37,
        {
            "person": "Ward manager, plans on Thursdays",
            "goal": "What makes her say yes to a swap",
            "notes": "She opens three screens before she says yes. Mostly she knows the answer and has to prove it.",
        },
        {
            "insights": (
                {
                    "said": "I know it is fine. I just cannot show it to the union.",
                    "tags": "rest rules",
                    "strength": "A real pain",
                },
                {
                    "said": "Fridays are lost, I am not at my desk.",
                    "tags": "mobile, approvals",
                    "strength": "Would pay or leave",
                },
            )
        },
        (("guide", "last"), ("guide", "often"), ("guide", "without")),
        below="Swaps on nights: discovery sprint",
        into="insights",
    ),
    D(
        "Interview: porter, Harborview",
        "interview",
        "Wen Li",
        36,
        {
            "person": "Porter, third year",
            "goal": "Swaps without a phone at work",
            "notes": "No phones on shift. He swaps at the gate, by word.",
        },
        {
            "insights": (
                {
                    "said": "I tell the colleague at the gate and he tells the boss.",
                    "tags": "swaps, kiosk",
                    "strength": "Said in passing",
                },
            )
        },
        (("guide", "last"),),
        below="Swaps on nights: discovery sprint",
        into="insights",
    ),
    D(
        "Shifts at midnight counted twice: postmortem",
        "postmortem",
        "Jonas Weber",
        233,
        {
            "summary": "After the release with night shifts, hours of 41 sites were counted twice for one day. Exports were stopped after two hours and corrected the same night.",
            "impact": "41 sites, 1,312 shifts, no wrong pay slip: all exports of that day were made again.",
            "possible": "Old and new shifts lay side by side for one deployment. The test data had no night that began before it.",
            "helped": "Support saw two sites with the same odd total and said so at once. Luck: no payroll ran that day.",
            "noticed": "By two people in support, 70 minutes in. An alarm on hours by site would have said it in five.",
        },
        {
            "timeline": (
                {"at": "09:10", "what": "Release reaches all sites", "knew": "All checks green"},
                {
                    "at": "10:20",
                    "what": "Two sites report too many hours",
                    "knew": "Looks like one site's rule",
                },
                {
                    "at": "11:05",
                    "what": "Exports stopped",
                    "knew": "Every night that crossed the release is counted twice",
                },
                {
                    "at": "22:40",
                    "what": "Hours corrected, exports made again",
                    "knew": "The same 1,312 shifts, each checked",
                },
            ),
            "change": (
                {
                    "what": "Alert when hours and timesheet do not add up",
                    "kind": "Shows it sooner",
                    "who": PRIYA,
                },
                {
                    "what": "Test data with a night across every release",
                    "kind": "Prevents it",
                    "who": "Victor Hale",
                },
            ),
        },
        (
            ("blameless", "names"),
            ("blameless", "should"),
            ("blameless", "actions"),
            ("blameless", "told"),
        ),
    ),
    D(
        "Payroll export stuck: runbook",
        "runbook",
        PRIYA,
        210,
        {
            "when": "A site says that its export has been waiting for more than ten minutes, or the alarm of exports comes.",
            "before": "Access to the job list. Tell support first. Ten minutes, at night too.",
            "back": "A job that was started again can be taken off the list. Nothing is sent twice.",
        },
        {
            "steps": (
                {
                    "do": "Open the job list and filter by the site",
                    "see": "One export, waiting or failed",
                    "else": "Look at all sites: it is not this one",
                },
                {
                    "do": "Read the last line of the job",
                    "see": "A reason in words",
                    "else": "Call Platform",
                },
                {
                    "do": "Start the job again",
                    "see": "Done within two minutes",
                    "else": "Stop, call Payroll",
                },
            ),
            "people": (
                {"who": "Yuki Tanaka", "for": "Exports", "how": "On call, phone"},
                {"who": "Leah Cohen", "for": "The job list", "how": "On call, phone"},
            ),
        },
        (("tried", "stranger"), ("tried", "back")),
        seen=45,
    ),
    D(
        "Rolling a release back: runbook",
        "runbook",
        HANNA,
        260,
        {
            "when": "A release makes something wrong that worked before, for more than one site.",
            "before": "Say it in the release channel. Five minutes.",
            "back": "Rolling forward again is a release like any other.",
        },
        {
            "steps": (
                {
                    "do": "Stop the rollout",
                    "see": "The share stays where it is",
                    "else": "Switch the flag off",
                },
                {
                    "do": "Deploy the version before",
                    "see": "Its number at the foot of the app",
                    "else": "Call Platform",
                },
                {"do": "Tell support what they can say", "see": "A line in their channel"},
            )
        },
        (("tried", "stranger"), ("tried", "back"), ("tried", "links")),
    ),
    D(
        "Onboarding a large site: runbook",
        "runbook",
        "Ravi Shah",
        140,
        {
            "when": "A site with more than 150 people signs.",
            "before": "Last month's sheet, the calendar of closed days, a name who decides.",
        },
        {
            "steps": (
                {
                    "do": "Bring the sheet in without changing it",
                    "see": "People and skills",
                    "else": "Ask for the sheet of another month",
                },
                {"do": "Publish one ward first", "see": "Its staff in the app within three days"},
            )
        },
        seen=30,
    ),
    D(
        "Per site or per person: decision one-pager",
        "decision-one-pager",
        "Maya Okafor",
        96,
        {
            "question": "Do we charge by site or by person, decided before the price list of the new year?",
            "why-now": "Twelve renewals in January ask.",
            "proposal": "By person, with a floor a site. It grows with use and small sites stay in reach.",
            "would-change": "More than three of ten asked accounts saying that they would take people out.",
            "who": "Maya Okafor",
        },
        {
            "options": (
                {
                    "option": "By site",
                    "costs": "Simple to sell, large sites pay too little",
                    "risk": "One site with 600 people",
                    "learn": "Little",
                    "back": "With effort",
                },
                {
                    "option": "By person, floor a site",
                    "costs": "A new price list",
                    "risk": "People taken out in quiet months",
                    "learn": "What a planned person is worth",
                    "back": "Easy",
                },
            )
        },
        seen=40,
    ),
    D(
        "Agencies inside the app: decision one-pager",
        "decision-one-pager",
        TOMAS,
        25,
        {
            "question": "Do we let agencies answer open shifts in the app this quarter ({opp:3})?",
            "why-now": "Two accounts renew in winter and say so.",
            "proposal": "A try with one agency and three sites, by mail, before anything is built.",
            "would-change": "The agency answering within an hour in half of the cases.",
            "who": TOMAS,
        },
        {
            "options": (
                {
                    "option": "A try by mail",
                    "costs": "Two weeks of one person",
                    "risk": "It stays by hand",
                    "learn": "Whether speed is the problem",
                    "back": "Easy",
                },
                {
                    "option": "An entrance for agencies",
                    "costs": "A quarter",
                    "risk": "Nobody comes",
                    "learn": "The same, later",
                    "back": "With effort",
                },
            )
        },
    ),
    D(
        "Handover: support of payroll",
        "handover",
        "Birgit Aalto",
        52,
        {
            "job": "Everything about pay that reaches support: answers, exports, and what goes to the squad.",
            "from": "Callum Reid",
            "to": "Noor Haddad",
            "state": "Contacts about timesheets fell from 33 to 10 a week. Worry: three accounts still mend their export by hand ({opp:6}).",
        },
        {
            "promises": (
                {"what": "Say when the export by cost centre comes", "whom": "Aldermoor Trust"},
                {"what": "A call after the first month", "whom": "Tarn Valley"},
            ),
            "people": (
                {"who": "Yuki Tanaka", "for": "Exports", "tip": "Answers best with a file"},
            ),
        },
        (("access", "access"), ("access", "meetings"), ("access", "talk")),
    ),
    D(
        "Cover while Priya is away",
        "cover-plan",
        PRIYA,
        9,
        {
            "who": PRIYA,
            "waits": "The reports by ward. Finance knows.",
        },
        {
            "runs": (
                {
                    "what": "Weekly review of Payroll",
                    "covers": TOMAS,
                    "how": "Keep it going",
                    "back": "A wrong pay slip",
                },
                {
                    "what": "Answers to approve",
                    "covers": "Birgit Aalto",
                    "how": "Decide",
                    "back": "An account that wants to leave",
                },
                {
                    "what": "Release with the ward report",
                    "covers": "Jonas Weber",
                    "how": "Decide",
                    "back": "A roll-back",
                },
            )
        },
        (("before", "asked"), ("before", "told")),
    ),
    D(
        "Questions about swaps",
        "faq",
        "Noor Haddad",
        80,
        {
            "about": "Swaps with the rest-rule check, as sites ask about them.",
            "ask": "Tomas, in the channel of Scheduling.",
        },
        {
            "questions": (
                {
                    "question": "Why was my swap refused?",
                    "answer": "One of the two would have had less than eleven hours of rest.",
                    "for": "Customers",
                },
                {
                    "question": "Can a manager overrule it?",
                    "answer": "Yes, with a note that stays.",
                    "for": "Customers",
                },
                {"question": "Does it work across sites?", "answer": "Not yet.", "for": "Sales"},
            )
        },
        seen=12,
    ),
    D(
        "Why we check rest while the swap is made",
        "one-pager",
        TOMAS,
        60,
        {
            "point": "A swap that is checked at once is allowed more often than one that is checked later.",
            "facts": "Sites with swaps allowed: 31 % of those with the check, 8 % without. Overrides: 2 in 100.",
            "means": "We put the check into every place where people move.",
            "ask": "Nothing. Tell your accounts.",
        },
        seen=14,
    ),
    D(
        "As a ward manager I approve from the corridor",
        "user-story",
        "Wen Li",
        58,
        {
            "who": "A ward manager who is on her feet until noon",
            "wants": "Say yes or no to a swap on her phone",
            "so": "nobody waits for Friday",
            "edges": "No connection in the basement: the answer is kept and sent later. Two managers answer at once: the first counts.",
            "measure": "swap_approved with device and minutes since the request",
        },
        {
            "accept": (
                {
                    "given": "A swap that keeps the rest rule",
                    "when": "she opens the message",
                    "then": "she sees cover, rest and cost, and two buttons",
                },
                {
                    "given": "A swap that breaks it",
                    "when": "she opens the message",
                    "then": "yes asks for a note",
                },
            )
        },
        seen=10,
    ),
    D(
        "Release notes: swaps and the ward report",
        "release-notes",
        "Nina Petrova",
        11,
        {
            "headline": "Staff swap shifts themselves, and the app keeps the rest rule.",
            "need": "Nothing. Swaps are on for sites that had asked; others switch them on in settings.",
        },
        {
            "items": (
                {
                    "what": "Swap a shift with whoever may take it",
                    "kind": "New",
                    "who": "Staff",
                    "ref": "{bet:12}",
                },
                {
                    "what": "Hours by ward and by week",
                    "kind": "New",
                    "who": "Finance",
                    "ref": "{bet:13}",
                },
                {"what": "Fewer messages at night", "kind": "Better", "who": "Staff"},
            )
        },
    ),
    D(
        "How we name things",
        "",
        "Ines Marchetti",
        130,
        body=(
            "# Events\n\nA thing and what happened to it: `rota_published`, `swap_requested`. Small letters, past tense, no screen names.\n\n"
            "# Metrics\n\nSay what is counted, not why. {met:Trials started} and {met:Trials activated in 14 days} are the two we show first.\n\n"
            "{{metric key=activation_rate}}\n\n{{metrics-moved}}\n"
        ),
    ),
    D(
        "The week of product operations",
        "",
        "Ines Marchetti",
        75,
        body=(
            "Monday the numbers, Tuesday the intake, Wednesday planning, Thursday forum. What stands below is read, not typed.\n\n"
            "{{feedback-new days=7}}\n\n{{feedback-health days=30}}\n\n{{work-ageing}}\n\n{{shipped days=14}}\n\n{{follow-ups-waiting}}\n\n{{line-health days=30}}\n"
        ),
        seen=15,
    ),
    D(
        "How approvals work today",
        "",
        TOMAS,
        170,
        body=(
            "A request waits in the list until a manager opens it at a desk. {bet:0} showed who else is away; {bet:12} checks the rest rule.\n\n"
            "1. Staff ask.\n2. The list fills.\n3. The manager looks on Friday.\n"
        ),
        opened=100,
    ),
    D(
        "Rota speed: what we tried",
        "",
        HANNA,
        280,
        body=(
            "Loading in parts, then drawing in parts, then not loading what nobody sees. The last one did it.\n"
        ),
        opened=None,
    ),
)
