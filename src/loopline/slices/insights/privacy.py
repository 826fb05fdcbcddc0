"""What the workspace wants kept of product events: which properties never, how long the rest; and who was erased."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from loopline.core.problems import Missing
from loopline.platform.audit.queries import history
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.settings import ingest
from loopline.platform.settings.options import Option, offer, value
from loopline.slices.insights.models import Cohort, PropertyName, Report

LONGEST_DAYS = 3_660
ERASED = "person.erased"
ELSEWHERE = (
    "contact.erased",
    "survey.forgot_person",
    "feedback.forgot_person",
)  # at least one entry each


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure took away, by what; `named_in` are (type, id) of what still names the person.

    `waiting` until everybody who keeps something of persons has said what they took away.
    """

    key: str
    at: datetime
    by: str
    taken: Mapping[str, int]
    named_in: Sequence[tuple[str, int]]
    waiting: bool


def erasure(*, actor: Actor, key: str) -> Erasure:
    """One erasure, as the audit tells it: how many, never who. Raises Missing."""
    allow(actor, "person.erase")
    entries = history("person", key, limit=200)
    first = next((e for e in entries if e.action == ERASED), None)
    if first is None:
        raise Missing("erasure")
    taken: dict[str, int] = {}
    for entry in reversed(entries):
        for name, count in entry.after.items():
            if isinstance(count, int):
                taken[name] = taken.get(name, 0) + count
    named = [(type_, int(id_)) for type_, id_ in first.after.get("named_in", ())]
    missing = set(ELSEWHERE) - {e.action for e in entries}
    return Erasure(key, first.at, first.actor_name, taken, named, bool(missing))


def naming(names: Sequence[str]) -> list[tuple[str, int]]:
    """Reports, saved SQL and rules of cohorts in which one of these ids or addresses stands as a word."""
    wanted = sorted({n.strip() for n in names if n.strip()}, key=len, reverse=True)
    if not wanted:
        return []
    word = re.compile(
        r"(?<![\w@.-])(?:" + "|".join(map(re.escape, wanted)) + r")(?![\w@-]|\.\w)", re.IGNORECASE
    )
    found = []
    for row in Report.objects.prefetch_related("versions").order_by("pk").iterator(200):
        bodies = [v.body for v in row.versions.all()]
        if _holds(word, [row.name, row.says, row.finding, row.body, bodies]):
            found.append(("report", row.pk))
    cohorts = Cohort.objects.order_by("pk").iterator(200)
    return found + [
        ("cohort", c.pk) for c in cohorts if _holds(word, [c.name, c.says, c.definition])
    ]


def _holds(word: re.Pattern[str], value: Any) -> bool:
    return any(word.search(text) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield str(value)


def offered() -> None:
    """Put the option on the settings page; those the door reads as well are the platform's."""
    offer(
        Option(
            "events.retention_days", "Days product events are kept",
            "Older ones are taken out every night, for good; counts that were worked out before stay. 0 keeps all.",
            "number", 0, least=0, most=LONGEST_DAYS,
        ),
    )  # fmt: skip


def denied() -> list[str]:
    """The names and patterns that are never kept, in lower case."""
    return list(dict.fromkeys(name.lower() for name in ingest.kept().denied))


def retention_days() -> int:
    """How many days events are kept; 0 is for ever."""
    return int(value("events.retention_days"))


def denied_names() -> list[str]:
    """Every name the patterns mean: the plain ones, and those of the catalogue that fit."""
    patterns = denied()
    if not patterns:
        return []
    known = PropertyName.objects.values_list("name", flat=True).distinct()
    fitting = {n for n in known if any(fnmatchcase(n.lower(), p) for p in patterns)}
    return sorted(fitting | {p for p in patterns if not set(p) & set("*?[")})


def forget_denied() -> None:
    """The catalogue forgets properties that are never kept."""
    names = denied_names()
    if names:
        PropertyName.objects.filter(name__in=names).delete()
