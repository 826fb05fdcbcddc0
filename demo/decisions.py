"""What was decided beside the bets, and what people said to each other about it."""

from datetime import timedelta

from demo.context import Context
from loopline.platform.discuss import services as discuss
from loopline.slices.decisions import services as decisions

RULE_MOMENT = (
    {
        "title": "As the swap is made",
        "cost": "6 weeks",
        "risk": "slower on old phones",
        "learning": "whether people swap at all",
    },
    {
        "title": "In a nightly report",
        "cost": "1 week",
        "risk": "breaches happen first",
        "learning": "how many there are",
    },
    {
        "title": "In a queue for managers",
        "cost": "3 weeks",
        "risk": "more work for those who complain",
        "learning": "little",
    },
)
WHY = (
    "A report is cheaper and tells us of a breach after somebody did not sleep. "
    "A queue is safer and gives managers one more thing to do. What they asked "
    "for is that the system says no."
)
TALK = (  # who, what, hours ago
    (
        "Adaeze Nwosu",
        "Tarn Valley asked again this morning. Their renewal is the first of March, "
        "and swaps on the phone is what the wards notice. @Tomas can we say a week?",
        3.0,
    ),
    (
        "Tomas Lindgren",
        "Phone approval is at three of six. I would say first half of December to them and not more.",
        2.0,
    ),
    ("Luis Carvalho", "Northmere asks the same in the tender, question 14.", 1.0),
)


def load(w: Context) -> None:
    """When the rest rule is checked, and this morning's talk about swaps."""
    w.plan(w.at(166, 16), lambda: _rule_moment(w))
    w.plan(w.now - timedelta(hours=1), lambda: _talk(w))


def _rule_moment(w: Context) -> None:
    who, now = w.actor("Tomas Lindgren"), w.at(166, 16)
    made = decisions.open_decision(
        actor=who,
        question="When do we check the rest rule of a swap?",
        about=("opportunity", w.opportunities[0]),
        options=[dict(each) for each in RULE_MOMENT],
        now=now,
    )
    decisions.decide(
        actor=who, decision_id=made, chosen="As the swap is made", rationale=WHY, now=now
    )


def _talk(w: Context) -> None:
    for name, text, hours in TALK:
        discuss.comment(
            actor=w.actor(name),
            object_type="opportunity",
            object_id=w.opportunities[0],
            text=text,
            now=w.now - timedelta(hours=hours),
        )
