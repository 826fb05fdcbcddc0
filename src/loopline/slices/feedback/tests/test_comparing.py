"""Repeats among what came in: marked once, precisely, and never against what people said."""

from collections import Counter
from math import isclose, log, sqrt

import pytest

from loopline.core.dedupe.batch import nearest
from loopline.core.text.tokens import terms
from loopline.slices.feedback import comparing, services
from loopline.slices.feedback.models import Feedback

WORDS = [
    "Please add support for google chromecast",
    "Add Chromecast support to google devices",
    "The roster export drops the last column in Excel",
    "Export of the roster to Excel drops a column",
    "Love it",
    "Love it",
]
FILLER = [f"filler{i} sentence{i} about thing{i}" for i in range(30)]


def _by_hand(texts: list[str], place: int) -> tuple[int | None, float]:
    bags = [Counter(terms(t)) for t in texts]
    held = Counter(w for b in bags for w in b)
    weights = [
        {w: (1 + log(n)) * (log((1 + len(bags)) / (1 + held[w])) + 1) for w, n in b.items()}
        for b in bags
    ]
    norms = [sqrt(sum(x * x for x in w.values())) or 1 for w in weights]
    best: tuple[int | None, float] = (None, 0.0)
    for i, other in enumerate(weights):
        shared = [w for w in other if w in weights[place] and 2 <= held[w] <= 40]
        if i == place or len(shared) < 3:
            continue
        score = sum(other[w] * weights[place][w] for w in shared) / (norms[i] * norms[place])
        if score > best[1] + 1e-9:
            best = (i, score)
    return best


def test_the_nearest_text_is_the_one_found_by_hand():
    texts = WORDS + FILLER
    found = [row for step in nearest(texts, range(len(texts))) for row in step]
    for place, other, score in found:
        expected, by_hand = _by_hand(texts, place)
        assert other == expected
        assert isclose(score, by_hand, abs_tol=1e-5)


@pytest.fixture
def heard(cast, now) -> list[int]:
    asks = [services.NewFeedback("call", t, f"c{i}") for i, t in enumerate(WORDS + FILLER)]
    return [r.id for r in services.receive_many(actor=cast.bo, asks=asks, now=now)]


def _likely(id_: int) -> int | None:
    return Feedback.objects.get(pk=id_).likely_id


def test_repeats_are_marked_once_and_shown_in_the_inbox(heard, cast, now, signed_in):
    assert sum(n for n, _ in comparing.compare()) == len(heard)
    assert _likely(heard[0]) == heard[1]
    assert _likely(heard[5]) == heard[4]
    assert _likely(heard[6]) is None
    assert list(comparing.compare()) == []
    page = signed_in(cast.bo).get("/inbox?view=repeats").content.decode()
    assert "chromecast" in page
    assert "filler3" not in page


def test_what_people_told_apart_is_not_marked_again(heard, cast, now):
    services.refuse_duplicate(actor=cast.bo, a=heard[0], b=heard[1], now=now)
    list(comparing.compare())
    assert _likely(heard[0]) is None


def test_new_words_are_compared_anew_and_old_likeness_goes(heard, cast, now):
    list(comparing.compare())
    services.change_feedback(
        actor=cast.bo,
        feedback_id=heard[1],
        changes={"title": "Something else", "verbatim": "Something else"},
        now=now,
    )
    assert _likely(heard[0]) is None
    list(comparing.compare())
    assert _likely(heard[1]) is None


def test_a_merged_item_is_nobodys_repeat(heard, cast, now):
    list(comparing.compare())
    services.merge(actor=cast.bo, feedback_id=heard[1], into_id=heard[0], now=now)
    assert _likely(heard[0]) is None
    list(comparing.compare())
    assert _likely(heard[0]) is None
