"""How well the intake works: suggestions that were right, and repeats by those who pass things on."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from loopline.core.dedupe.precision import Bin, bins, threshold
from loopline.core.text.themes import Themes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.identity.queries import people_by_id
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.queries import verdicts

LEARN_FROM = 600  # the newest tagged items; enough for a suggestion, quick on every page


@dataclass(frozen=True, slots=True)
class Repeats:
    """Requests a month that repeated what was there: the months, and by who passed them on."""

    months: list[str]
    totals: list[int]
    by_person: list[tuple[str, list[int]]]


@dataclass(frozen=True, slots=True)
class Quality:
    bins: list[Bin]
    answers: int
    merged: int
    threshold: float | None
    repeats: Repeats


def _months(now: datetime, count: int) -> list[tuple[int, int]]:
    out, year, month = [], now.year, now.month
    for _ in range(count):
        out.append((year, month))
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return out[::-1]


def repeats(*, now: datetime, months: int = 12) -> Repeats:
    """Merged items counted by the month they came in, and by submitter."""
    spans = _months(now, months)
    first = now.replace(year=spans[0][0], month=spans[0][1], day=1, hour=0, minute=0)
    rows = Feedback.objects.filter(state="merged", received_at__gte=first, received_at__lte=now)
    counted: Counter[tuple[int | None, tuple[int, int]]] = Counter(
        (who, (at.year, at.month)) for who, at in rows.values_list("submitted_by_id", "received_at")
    )
    names = people_by_id({w for w, _ in counted if w})
    totals = [sum(n for (_, m), n in counted.items() if m == span) for span in spans]
    people = sorted(
        ((names[w].name, [counted[w, m] for m in spans]) for w in {w for w, _ in counted if w in names}),
        key=lambda x: -sum(x[1]),
    )  # fmt: skip
    labels = [f"{datetime(y, m, 1):%b}" for y, m in spans]  # noqa: DTZ001  a month's name only
    return Repeats(labels, totals, people[:10])


def quality(*, actor: Actor, now: datetime) -> Quality:
    allow(actor, "feedback.read")
    answers = verdicts()
    return Quality(
        bins(answers), len(answers), sum(same for _, same in answers), threshold(answers),
        repeats(now=now),
    )  # fmt: skip


_KEPT: list[tuple[datetime, Themes]] = []


def _learned(now: datetime) -> Themes:
    """What the newest tagged items teach; kept for ten minutes a process."""
    if _KEPT and abs(now - _KEPT[0][0]) < timedelta(minutes=10) and _KEPT[0][1].texts >= LEARN_FROM:
        return _KEPT[0][1]
    learned = Themes()
    rows = Feedback.objects.filter(
        tags__isnull=False, received_at__gte=now - timedelta(days=400)
    ).order_by("-received_at")
    ids = list(dict.fromkeys(rows.values_list("pk", flat=True)[: LEARN_FROM * 2]))[:LEARN_FROM]
    for row in Feedback.objects.filter(pk__in=ids).prefetch_related("tags"):
        learned.learn(f"{row.title} {row.verbatim[:400]}", (t.name for t in row.tags.all()))
    _KEPT[:] = [(now, learned)]
    return learned


def suggested_tags(feedback: Feedback, *, now: datetime) -> list[tuple[str, float]]:
    """Tags that fit the words, learned from the newest tagged items; those it has are left out."""
    learned = _learned(now)
    mine = {t.name for t in feedback.tags.all()}
    text = f"{feedback.title} {feedback.verbatim[:600]}"
    return [(t, p) for t, p in learned.suggest(text, most=5) if t not in mine][:3]
