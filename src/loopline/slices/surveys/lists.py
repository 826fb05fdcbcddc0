"""Surveys and their answers as lists."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from loopline.platform.identity.actor import Actor
from loopline.platform.lists.spec import BulkAction, Column, Done, Empty, Filter, ListSpec, View
from loopline.slices.surveys import services
from loopline.slices.surveys.models import Answer, Survey
from loopline.slices.surveys.rules import CHANNELS, KINDS, STATES

KIND_CHOICES = tuple((k.name, k.label) for k in KINDS.values())


def _archive(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    undo = services.archive_many(actor=actor, ids=ids, now=now)
    return Done(f"Archived {len(ids)}", undo)


SPEC = ListSpec(
    name="surveys",
    title="Surveys",
    singular="survey",
    object_type="survey",
    url="/surveys",
    read="survey.read",
    columns=(
        Column("key", "Key", lambda s: f"SUR-{s.pk}"),
        Column("name", "Name", lambda s: s.name),
        Column("kind", "Kind", lambda s: KINDS[s.kind].label),
        Column("question", "Question", lambda s: s.question),
        Column("state", "State", lambda s: dict(STATES)[s.state]),
        Column("answers", "Answers", lambda s: s.answered, "number"),
        Column("last", "Last answer", lambda s: s.last_at, "date"),
        Column("closes", "Closes", lambda s: s.closes_on, "date"),
        Column("owner", "Owner", lambda s: s.owner.name if s.owner else "", "person"),
    ),
    filters=(
        Filter("state", "State", lambda v: Q(state=v), options=lambda: STATES),
        Filter("kind", "Kind", lambda v: Q(kind=v), options=lambda: KIND_CHOICES),
    ),
    sorts={"created": ("created_at", "Made"), "changed": ("updated_at", "Changed"), "name": ("name", "Name")},
    default_sort="-created",
    empty=Empty(
        6, "Nobody has been asked yet",
        "A survey asks one question by e-mail, by link or inside your product. Its score comes with an "
        "interval, and what people write goes to the inbox.", "Ask something", "/surveys/new", "survey.change",
    ),
    actions=(BulkAction("archive", "Archive", "archive", _archive, "survey.change", "e"),),
    views=(View("All", ""), View("Open", "state=open"), View("Drafts", "state=draft")),
    create_url="/surveys/new",
    group="Learn",
    hide_archived=Q(archived_at=None),
)  # fmt: skip

GROUP_WORDS = {
    "nps": (("high", "Promoters"), ("middle", "Passives"), ("low", "Detractors")),
    "share": (("high", "Satisfied"), ("middle", "Neither"), ("low", "Dissatisfied")),
}
BOUNDS = {
    "nps": {"high": (9, 10), "middle": (7, 8), "low": (0, 6)},
    "share": {"high": (4, 5), "middle": (3, 3), "low": (1, 2)},
}

_ANSWERS = ListSpec(
    name="survey-answers",
    title="Answers",
    singular="answer",
    object_type="survey-answer",
    url="",
    read="survey_answer.read",
    columns=(),
    filters=(),
    sorts={"at": ("at", "Answered")},
    default_sort="-at",
    empty=Empty(6, "No answer yet", "Answers come in while the survey is open, newest first."),
    group="Learn",
    here="Surveys",
    search=False,
)


def who(a: Answer) -> str:
    """Who answered, in one line; empty where nobody said."""
    if a.user:
        return a.user.name or a.user.email
    if a.contact:
        return a.contact.name or a.contact.email
    return (
        a.name or a.address or (a.person.removeprefix("id:") if a.person.startswith("id:") else "")
    )


def _between(rule: str, group: str) -> Q:
    low, high = BOUNDS[rule][group]
    return Q(score__gte=low, score__lte=high)


def answers_spec(survey: Survey, rule: str, *, names: bool) -> ListSpec:
    """The list of one survey's answers; `names` says whether the reader may see who gave them."""
    people = (
        (
            Column("who", "Who", who),
            Column("account", "Account", lambda a: a.account.name if a.account else ""),
        )
        if names
        else ()
    )
    groups = GROUP_WORDS.get(rule, ())
    filters = [
        Filter("words", "With words", lambda v: ~Q(words="") if v in ("1", "true") else Q(words=""), "flag"),
        Filter("channel", "Channel", lambda v: Q(channel=v), options=lambda: CHANNELS),
    ]  # fmt: skip
    if groups:
        filters.insert(
            0, Filter("group", "Group", lambda v: _between(rule, v), options=lambda: groups)
        )
    views = [View("All", ""), *(View(label, f"group={key}") for key, label in groups)]
    return replace(
        _ANSWERS,
        url=f"/surveys/{survey.pk}/answers",
        columns=(
            Column("at", "Answered", lambda a: a.at, "date"),
            Column("score", "Score", lambda a: a.score, "number"),
            Column("choice", "Choice", lambda a: a.choice),
            Column("words", "Words", lambda a: a.words),
            *people,
            Column("occasion", "About", lambda a: a.occasion),
            Column("channel", "Channel", lambda a: dict(CHANNELS)[a.channel]),
            Column("certain", "Known for certain", lambda a: "yes" if a.certain else "no"),
        ),
        filters=tuple(filters),
        views=tuple(views),
    )
