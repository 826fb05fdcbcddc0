"""Kinds of surveys, their scales and words, and what is let in. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from loopline.core.problems import Invalid
from loopline.core.surveys.scores import Score
from loopline.platform.identity.actor import Role

PERMISSIONS = {
    "survey.read": Role.VIEWER,
    "survey.change": Role.PRODUCT,
    "survey_answer.read": Role.MEMBER,
    "survey_answer.write": Role.MEMBER,
    "survey_answer.erase": Role.ADMIN,
}
MOST_WORDS = 5_000  # characters of one answer's words
MOST_CHOICES = 12
STATES = (("draft", "Draft"), ("open", "Open"), ("closed", "Closed"))
CHANNELS = (("email", "E-mail"), ("link", "Link"), ("snippet", "Snippet"), ("api", "API"))
FORMS = (("scale", "A scale"), ("choice", "One of several"), ("text", "Words"))
ASK_STATES = (
    ("queued", "To be sent"),
    ("sending", "Sending"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("suppressed", "Not sent"),
)
REMINDERS = (
    ("queued", "To be reminded"),
    ("sending", "Sending a reminder"),
    ("sent", "Reminded"),
    ("failed", "Reminder failed"),
    ("spared", "Not reminded"),
)
MOST_DAYS = 60  # between a mail and its reminder
REPEATS = (("", "Once"), ("quarter", "Every quarter"))


def remind_days(value: Any) -> int | None:
    """After how many days who has not answered is reminded; None for never. Raises Invalid."""
    if value in (None, ""):
        return None
    whole = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    if not whole or int(value) != value or not 1 <= value <= MOST_DAYS:
        raise Invalid(remind_after=f"A reminder comes after 1 to {MOST_DAYS} whole days, or never.")
    return int(value)


def repeated(value: Any) -> str:
    """How often it asks anew. Raises Invalid."""
    if (value or "") not in dict(REPEATS):
        raise Invalid(repeats="It asks once, or every quarter.")
    return value or ""


@dataclass(frozen=True, slots=True)
class Kind:
    """`rule` is the score's; empty for words and choices, which have a distribution only."""

    name: str
    label: str
    rule: str
    least: int
    most: int
    least_label: str
    most_label: str
    question: str
    follow_up: str
    says: str


KINDS = {
    k.name: k
    for k in (
        Kind(
            "nps", "NPS", "nps", 0, 10, "Not at all likely", "Extremely likely",
            "How likely are you to recommend us to a colleague?", "What is the main reason for your number?",
            "0 to 10; promoters less detractors, the latest answer of each person.",
        ),
        Kind(
            "csat", "CSAT", "share", 1, 5, "Very dissatisfied", "Very satisfied",
            "How satisfied are you with this?", "What could we have done better?",
            "1 to 5; the share of 4 and 5, every answer counts.",
        ),
        Kind(
            "ces", "CES", "mean", 1, 7, "Very difficult", "Very easy",
            "How easy was it to get this done?", "What made it easy or hard?",
            "1 to 7; the mean effort, every answer counts.",
        ),
        Kind(
            "custom", "One question", "mean", 1, 5, "", "",
            "", "", "A question of your own: a scale, one of several answers, or words.",
        ),
        Kind(
            "stakeholders", "Stakeholders", "share", 1, 5, "Not at all", "Completely",
            "How satisfied are you with how we decide, build and tell?",
            "What should we do differently?",
            "1 to 5 from colleagues; the share of 4 and 5. Only people who sign in here are asked.",
        ),
    )
}  # fmt: skip


def rule_of(kind: str, form: str) -> str:
    """How the score is made; empty where there is a distribution only."""
    return KINDS[kind].rule if form == "scale" else ""


def clean_shape(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Form, scale, labels and choices as they are stored. Raises Invalid; only custom ones choose them."""
    k = KINDS.get(kind)
    if k is None:
        raise Invalid(kind=f"A survey is one of {', '.join(KINDS)}.")
    labels = {
        "least_label": _line("least_label", values.get("least_label") or k.least_label, 60),
        "most_label": _line("most_label", values.get("most_label") or k.most_label, 60),
    }
    if kind != "custom":
        return {"form": "scale", "least": k.least, "most": k.most, "choices": [], **labels}
    form = values.get("form") or "scale"
    if form not in dict(FORMS):
        raise Invalid(form=f"The answer is one of {', '.join(dict(FORMS))}.")
    least, most = values.get("least"), values.get("most")
    least, most = k.least if least is None else least, k.most if most is None else most
    if form == "scale" and not (0 <= least <= 1 and least < most <= 10 and most - least >= 1):
        raise Invalid(most="A scale starts at 0 or 1 and ends at 10 at most.")
    choices = clean_choices(values.get("choices") or ()) if form == "choice" else []
    return {"form": form, "least": least, "most": most, "choices": choices, **labels}


def clean_choices(choices: Sequence[str]) -> list[str]:
    """2 to 12 different answers to choose from. Raises Invalid."""
    found = [_line("choices", c, 120) for c in choices if str(c).strip()]
    if len({c.lower() for c in found}) != len(found):
        raise Invalid(choices="Two answers are the same; a choice could not be told apart.")
    if not 2 <= len(found) <= MOST_CHOICES:
        raise Invalid(choices=f"Write 2 to {MOST_CHOICES} answers, one a line.")
    return found


def _line(name: str, text: str, most: int) -> str:
    found = " ".join(plain(str(text)).split())
    if len(found) > most:
        raise Invalid(**{name: f"At most {most} characters."})
    return found


_KEY = re.compile(r"[A-Za-z0-9_-]{16,32}")


def could_be_key(text: str) -> bool:
    """Whether a link's last part can be one of ours at all; what cannot never reaches the database."""
    return _KEY.fullmatch(text) is not None


def plain(text: str) -> str:
    """The text without what no database keeps: NUL and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def clean_words(text: str) -> str:
    """Words as they are kept. Raises Invalid when there are too many."""
    found = plain(text).replace("\r\n", "\n").strip()
    if len(found) > MOST_WORDS:
        raise Invalid(words=f"At most {MOST_WORDS:,} characters; these are {len(found):,}.")
    return found


_ADDRESS = re.compile(r"[^\s@<>,;\"']{1,64}@[^\s@<>,;\"']{1,185}\.[^\s@<>,;\"']{2,63}")


def addresses(text: str) -> tuple[list[str], list[str]]:
    """(e-mail addresses, what was none) of a pasted list: one a line, or between commas or semicolons."""
    good: dict[str, None] = {}
    bad = []
    for part in re.split(r"[\n,;]+", text):
        found = _ADDRESS.findall(part)
        if len(found) == 1:
            good[found[0].lower()] = None
        elif part.strip():
            bad.append(part.strip()[:80])
    return list(good), bad


def value_text(rule: str, value: float) -> str:
    """A score's number as people read it: 31, 82 %, 5.6."""
    if rule == "nps":
        return f"{'−' if round(value) < 0 else ''}{abs(round(value))}"
    return f"{round(100 * value)}\u00a0%" if rule == "share" else f"{value:.1f}"


def said(kind: str, rule: str, score: Score) -> str:
    """The score in words: "NPS 31, between 22 and 40, from 148 answers"."""
    name = {"nps": "NPS", "share": "Satisfied", "mean": "Mean"}[rule]
    name = {"csat": "CSAT", "ces": "CES"}.get(kind, name)
    low, high = (value_text(rule, v) for v in (score.low, score.high))
    if rule == "share":
        low = low.removesuffix("\u00a0%")
    answers = "1 answer" if score.n == 1 else f"{score.n:,} answers"
    return f"{name} {value_text(rule, score.value)}, between {low} and {high}, from {answers}"
