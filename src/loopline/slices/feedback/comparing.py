"""Which items repeat another one, found by words for all that came in; the page's own suggestions stay finer."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from loopline.core.dedupe import light
from loopline.core.dedupe.batch import nearest
from loopline.slices.feedback.models import Feedback, Verdict

REPEATS = 0.55  # cosine by words from which an item is shown under "Repeats"
TOGETHER = 100_000  # newest items compared with
AT_ONCE = 20_000  # items marked by one pass


def pending() -> int:
    return Feedback.objects.filter(compared=False)[: AT_ONCE + 1].count()


def repeats_waiting() -> int:
    return Feedback.objects.filter(state="new", likely__isnull=False).count()


def _refused() -> set[tuple[int, int]]:
    return set(Verdict.objects.filter(same=False).values_list("low_id", "high_id"))


@dataclass(frozen=True, slots=True)
class _Known:
    """The items compared with, newest first, and the first one of each text."""

    rows: list[tuple[int, str, str, str]]
    first: dict[str, int]
    refused: set[tuple[int, int]]

    @classmethod
    def read(cls) -> "_Known":
        rows = list(
            Feedback.objects.exclude(state__in=("merged", "archived"))
            .order_by("-pk")
            .values_list("pk", "title", "verbatim", "text_digest")[:TOGETHER]
        )
        first: dict[str, int] = {}
        for pk, _, _, digest in reversed(rows):
            first.setdefault(digest, pk)
        return cls(rows, first, _refused())

    def repeat(self, at: int, other: int | None, score: float) -> tuple[int, float] | None:
        """What the item at a place repeats, and how surely. The same text counts as 1."""
        pk, _, _, digest = self.rows[at]
        if (same := self.first[digest]) != pk:
            found, how = same, 1.0
        elif other is not None and score >= REPEATS:
            found, how = self.rows[other][0], score
        else:
            return None
        return None if (min(pk, found), max(pk, found)) in self.refused else (found, how)


def _keep(known: _Known, found: list[tuple[int, int | None, float]]) -> None:
    """Store a step's findings, except for items whose words changed or went meanwhile."""
    said = {known.rows[at][0]: known.repeat(at, other, score) for at, other, score in found}
    read = {known.rows[at][0]: known.rows[at][3] for at, _, _ in found}
    wanted = {*said, *(hit[0] for hit in said.values() if hit)}
    with transaction.atomic():
        now = dict(
            Feedback.objects.select_for_update()
            .exclude(state__in=("merged", "archived"))
            .filter(pk__in=wanted)
            .values_list("pk", "text_digest")
        )
        same = [pk for pk in said if now.get(pk) == read[pk]]
        Feedback.objects.filter(pk__in=same).update(likely=None, likely_score=0, compared=True)
        Feedback.objects.bulk_update(
            [
                Feedback(pk=pk, likely_id=hit[0], likely_score=hit[1])
                for pk in same
                if (hit := said[pk]) and hit[0] in now
            ],
            ["likely", "likely_score"],
            batch_size=100,
        )


def compare() -> Iterator[tuple[int, int]]:
    """Mark one pass of items; yields (how many were looked at now, of how many), each step kept by itself."""
    open_ = Feedback.objects.filter(compared=False)
    asked = list(open_.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if not asked:
        return
    known = _Known.read()
    place = {row[0]: i for i, row in enumerate(known.rows)}
    Feedback.objects.filter(pk__in=[pk for pk in asked if pk not in place]).update(compared=True)
    texts = [light.text_of(title, body) for _, title, body, _ in known.rows]
    for found in nearest(texts, [place[pk] for pk in asked if pk in place]):
        _keep(known, found)
        yield len(found), len(asked)
