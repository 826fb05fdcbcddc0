"""Who was asked, and what they answered: customers each month, after support, after setting up, and colleagues."""

from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from random import Random

from django.db.models import F

from demo.context import Context
from demo.oakrow.people import PEOPLE
from demo.oakrow.problems import PROBLEMS
from loopline.platform.identity.actor import Actor
from loopline.slices.feedback import services as intake
from loopline.slices.feedback.models import Feedback
from loopline.slices.surveys import services as surveys
from loopline.slices.surveys.services import Person, Reply

ACTOR = Actor.system("Survey")
MONTHS = 9
HIGH = (
    "The rota is up by Thursday and people believe it.", "Support answers in an hour and knows the product.",
    "Swaps are checked as they are made. That alone was worth it.", "Our managers stopped using paper.",
    "It takes me twenty minutes where it took a morning.", "Large rotas open at once now.",
    "People see their shifts before I do.", "Payroll closes a day earlier since the correction works.",
    "New starters find their way in by themselves.", "Nobody asks me any more who works on Sunday.",
    "We planned the holidays in one afternoon.", "It reminds us of certificates before they end.",
    "The union signed it off after one look.", "Nights count as one shift. Finally.",
    "I would not go back to the sheet.", "Copying a week just works now.",
)  # fmt: skip
MIDDLE = (
    "Good once it is set up. Getting there took long.", "Does what it says. The phone app could do more.",
    "Fine for planning, less so for payroll.", "Useful, but the printed rota still matters to us.",
    "I would say nine if I could approve on the phone.", "Solid. The reports are a bit thin.",
    "Our small site likes it, the big one still waits.", "Better than last year. Keep going.",
)  # fmt: skip
LOUD = (0, 1, 2, 4, 5, 6, 12, 18, 19)  # the problems that detractors name
STAFF = (
    "I never hear why something was declined.", "Decisions are written down now. Keep doing that.",
    "Sales learns of releases from customers.", "I can see where my asks stand, that is new.",
    "Too many things at once on the roadmap.", "Support is told before customers are. Thank you.",
)  # fmt: skip


def load(w: Context) -> None:
    """NPS by the month, CSAT after support, CES of the first rota, two rounds of colleagues, one just begun."""
    r, voices = w.dice("surveys"), Voices()
    customers = [
        c for a, cs in zip(w.accounts, w.contacts, strict=True) if a.stage == "customer" for c in cs
    ]
    r.shuffle(customers)
    _nps(w, r, voices, customers)
    _csat(w, r, voices, customers)
    _ces(w, r, customers)
    _staff(w, r, voices, "How we work together, spring", 170, 0.42, closes=150)
    _staff(w, r, voices, "How we work together, autumn", 12, 0.68, closes=None)
    _small(w, r, customers)


def _make(
    w: Context, owner: str, kind: str, name: str, day: float, **values: object
) -> dict[str, int]:
    """Plan a survey and its opening; the id is in the answer once that has happened."""
    made: dict[str, int] = {}

    def act() -> None:
        who, now = w.actor(owner), w.at(day, 9)
        made["id"] = surveys.create_survey(
            actor=who, kind=kind, values={"name": name} | values, now=now, sample=True
        )
        surveys.open_survey(actor=who, survey_id=made["id"], now=now)

    w.plan(w.at(day, 9), act)
    return made


def _answer(
    w: Context,
    made: dict[str, int],
    email: str,
    reply: Reply,
    when: datetime,
    channel: str,
    about: str = "",
) -> None:
    def act() -> None:
        surveys.answer(
            actor=ACTOR, survey_id=made["id"], reply=reply, who=Person(email=email, certain=True),
            channel=channel, occasion=about, now=when, sample=True,
        )  # fmt: skip

    w.plan(when, act)


class Voices:
    """Words in turn, so that no two people next to each other say the same."""

    def __init__(self) -> None:
        self.turns = {"high": cycle(HIGH), "middle": cycle(MIDDLE), "staff": cycle(STAFF)}

    def next(self, which: str) -> str:
        return next(self.turns[which])


def _said(r: Random, voices: Voices, low: bool, middle: bool, share: float) -> str:
    """What somebody adds, in the words of the problems Oakrow knows; often nothing."""
    if r.random() > share:
        return ""
    if low:
        p = PROBLEMS[r.choice(LOUD)]
        return r.choice(p.said) + (f" {r.choice(p.cost)}" if p.cost and r.random() < 0.5 else "")
    return voices.next("middle" if middle else "high")


def _asked(w: Context, made: dict[str, int], owner: str, emails: list[str], when: datetime) -> None:
    w.plan(
        when,
        lambda: surveys.record_asked(
            actor=w.actor(owner), survey_id=made["id"], audience={"addresses": emails}, said="Sent by e-mail",
            now=when,
        ),
    )  # fmt: skip


def _nps(w: Context, r: Random, voices: Voices, customers: list[tuple[str, str, str]]) -> None:
    """A part of the customers each month; better since the swap check and the faster rota."""
    made = _make(
        w,
        "Tomas Lindgren",
        "nps",
        "Customers, by the month",
        MONTHS * 30 + 4,
        question="How likely are you to recommend Oakrow to somebody who plans shifts?",
    )
    part = len(customers) // MONTHS
    for month in range(MONTHS):
        asked = customers[month * part : (month + 1) * part]
        day = (MONTHS - month) * 30 - 6
        _asked(w, made, "Tomas Lindgren", [email for _, email, _ in asked], w.at(day + 1, 9))
        up = 0.30 + 0.028 * month
        down = 0.34 - 0.019 * month
        for _, email, _ in asked:
            if r.random() > 0.61:
                continue
            dice = r.random()
            score = (
                r.choice((9, 9, 10))
                if dice < up
                else r.choice((2, 4, 5, 6, 6))
                if dice < up + down
                else r.choice((7, 8, 8))
            )
            words = _said(r, voices, score <= 6, score in (7, 8), 0.3)
            _answer(
                w,
                made,
                email,
                Reply(score, "", words),
                w.at(day - r.random() * 9, 8 + r.random() * 9),
                "email",
            )


def _csat(w: Context, r: Random, voices: Voices, customers: list[tuple[str, str, str]]) -> None:
    """After a support case, inside the product; each case counts."""
    made = _make(
        w,
        "Birgit Aalto",
        "csat",
        "After a support case",
        150,
        question="How satisfied are you with how we handled this?",
    )
    for n in range(96):
        _, email, _ = r.choice(customers)
        score = r.choices((5, 4, 3, 2, 1), (44, 34, 10, 8, 4))[0]
        words = _said(r, voices, score <= 2, score == 3, 0.08)
        _answer(
            w,
            made,
            email,
            Reply(score, "", words),
            w.at(148 * (1 - n / 96) + r.random(), 8 + r.random() * 9),
            "snippet",
            f"Case {4300 + 7 * n}",
        )


def _ces(w: Context, r: Random, customers: list[tuple[str, str, str]]) -> None:
    """The first rota, before it was guided: hard."""
    made = _make(
        w,
        "Hanna Sørensen",
        "ces",
        "Getting the first rota out",
        96,
        question="How easy was it to publish your first rota?",
        closes_on=w.at(60).date(),
    )
    for _, email, _ in customers[:34]:
        score = r.choices((1, 2, 3, 4, 5, 6, 7), (4, 9, 16, 22, 26, 16, 7))[0]
        words = r.choice(PROBLEMS[4].said) if score <= 3 and r.random() < 0.5 else ""
        _answer(
            w,
            made,
            email,
            Reply(score, "", words),
            w.at(95 - r.random() * 33, 8 + r.random() * 9),
            "link",
        )
    w.plan(w.at(59, 9), partial(_close, w, made, "Hanna Sørensen", 59))


def _close(w: Context, made: dict[str, int], owner: str, day: float) -> None:
    surveys.close_survey(actor=w.actor(owner), survey_id=made["id"], now=w.at(day, 9))


def _staff(
    w: Context,
    r: Random,
    voices: Voices,
    name: str,
    day: float,
    content: float,
    closes: float | None,
) -> None:
    """Colleagues on how we decide, build and tell."""
    made = _make(w, "Maya Okafor", "stakeholders", name, day)
    when = w.at(day, 10)
    w.plan(
        when,
        lambda: surveys.record_asked(
            actor=w.actor("Maya Okafor"), survey_id=made["id"],
            audience={"roles": ["product", "member", "admin"]}, said="Shown in Loopline", now=when,
        ),
    )  # fmt: skip
    for person, _, role, _ in PEOPLE:
        if role not in ("product", "member", "admin") or r.random() > 0.72:
            continue
        score = r.choice((4, 4, 5)) if r.random() < content else r.choice((2, 3, 3))
        words = voices.next("staff") if r.random() < 0.35 else ""
        at = w.at(day - r.random() * 8, 10 + r.random() * 6)

        def act(
            person: str = person, score: int = score, words: str = words, at: datetime = at
        ) -> None:
            surveys.answer(
                actor=ACTOR, survey_id=made["id"], reply=Reply(score, "", words),
                who=Person(user_id=w.people[person], certain=True), channel="link", now=at, sample=True,
            )  # fmt: skip

        w.plan(at, act)
    if closes is not None:
        w.plan(w.at(closes, 9), partial(_close, w, made, "Maya Okafor", closes))


def _small(w: Context, r: Random, customers: list[tuple[str, str, str]]) -> None:
    """One that has just begun: a question with four answers."""
    choices = ["On a phone", "On a wall, printed", "At a desk", "In a message from the manager"]
    made = _make(
        w, "Tomas Lindgren", "custom", "Where staff look at the rota", 3, form="choice", choices=choices,
        question="Where do your staff look at the rota?", follow_up="What would make the phone enough?",
    )  # fmt: skip
    for _, email, _ in customers[-7:]:
        words = "No signal in the basement." if r.random() < 0.2 else ""
        _answer(
            w,
            made,
            email,
            Reply(None, r.choice(choices[:2]), words),
            w.at(2.6 - r.random() * 2, 8 + r.random() * 8),
            "link",
        )


def settle(w: Context) -> None:
    """What people wrote was read within two days, as everything else; the newest waits."""
    support = w.actor("Birgit Aalto")
    old = Feedback.objects.filter(source="survey", received_at__lt=w.now - timedelta(days=3))
    intake.accept_all(actor=support, ids=list(old.values_list("pk", flat=True)), now=w.now)
    old.update(triaged_at=F("received_at") + timedelta(hours=20))
