"""Tier 2 on real trackers: words and meaning find more of the marked duplicates than words alone."""

import csv

import pytest

from loopline.platform.identity.actor import Actor
from loopline.slices.feedback import embedding
from loopline.slices.feedback.jobs import embed_pending
from loopline.slices.feedback.models import Embedding, Feedback
from loopline.slices.feedback.services import NewFeedback, receive_many
from loopline.slices.feedback.similar import duplicates
from tests.real.test_real_inputs import DATA, TRACKER, take

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not embedding.available(),
        reason="The extra `semantic` is not installed: ./loopline test installs it.",
    ),
]
ACTOR = Actor.system("Import")


def test_paraphrases_are_found_that_share_no_words(now):
    asks = (
        "I cannot approve a swap on my phone.",
        "Accepting shift changes from a mobile device is impossible.",
        "The printed rota is cut off on Friday.",
    )
    ids = [
        r.id
        for r in receive_many(
            actor=ACTOR, asks=[NewFeedback("call", a, str(n)) for n, a in enumerate(asks)], now=now
        )
    ]
    assert not duplicates(actor=ACTOR, feedback_id=ids[0]).complete
    embed_pending.func()
    found = duplicates(actor=ACTOR, feedback_id=ids[1])
    assert found.complete
    assert Embedding.objects.count() == 3
    embed_pending.func()
    assert Embedding.objects.count() == 3


def test_a_model_that_is_not_the_pinned_one_is_refused(monkeypatch):
    embedding._session.cache_clear()
    monkeypatch.setattr(embedding, "SHA256", "0" * 64)
    with pytest.raises(embedding.WrongModel, match="not the pinned model"):
        embedding.embed(["anything"])
    embedding._session.cache_clear()


@pytest.mark.slow
def test_meaning_finds_more_of_a_tracker_than_words(now):
    take("seamonkey.csv.gz", TRACKER, now)
    by_external = dict(Feedback.objects.values_list("external_id", "pk"))
    with (DATA / "feedback" / "seamonkey_duplicates.csv").open() as file:
        pairs = [
            (by_external[r["issue_id"]], by_external[r["duplicate_id"]])
            for r in csv.DictReader(file)
        ]

    def recall():
        def best(key):
            return {m.id for m in duplicates(actor=ACTOR, feedback_id=key, limit=5).items}

        return sum(b in best(a) or a in best(b) for a, b in pairs) / len(pairs)

    words = recall()
    embed_pending.func()
    both = recall()
    assert both >= words
    assert both >= 0.8, f"R@5 {both:.2f}, words alone {words:.2f}"
