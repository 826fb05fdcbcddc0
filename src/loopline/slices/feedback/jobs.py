"""Comparing what came in, in small steps behind the pages: by words at once, by meaning as the model gets to it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.platform.identity.actor import Actor
from loopline.platform.jobs.queue import enqueue
from loopline.platform.progress import track
from loopline.platform.schedule.every import every
from loopline.slices.feedback import comparing, embedding
from loopline.slices.feedback.models import Embedding, Feedback, Near
from loopline.slices.feedback.queries import pending_embeddings

STEP = 64  # texts at a time; each step is kept by itself
STEPS = 8  # of one job, so that other long work gets its turn
NEAREST, LEAST = 12, 0.45


def _matrix() -> tuple[list[int], Any]:
    import numpy as np

    rows = list(
        Embedding.objects.filter(model=embedding.MODEL).order_by("pk").values_list("pk", "vector")
    )
    if not rows:
        return [], np.zeros((0, embedding.SIZE), dtype=np.float32)
    joined = b"".join(bytes(v) for _, v in rows)
    return [pk for pk, _ in rows], np.frombuffer(joined, dtype="<f2").reshape(
        -1, embedding.SIZE
    ).astype(np.float32)


def _nearest(ids: list[int], vectors: Any, known: list[int], matrix: Any) -> list[Near]:
    import numpy as np

    out = []
    scores = vectors @ matrix.T if len(known) else np.zeros((len(ids), 0))
    for n, item in enumerate(ids):
        best: Any = np.argsort(-scores[n])[:NEAREST] if len(known) else []
        out += [
            Near(item_id=item, other_id=known[k], score=float(scores[n][k]))
            for k in best
            if scores[n][k] >= LEAST and known[k] != item
        ]
    return out


@task(queue_name="bulk")
def embed_pending() -> None:
    """Embed items that have no vector yet, oldest first; goes on in a next job while some are left."""
    if not embedding.available():
        return
    import numpy as np

    known, matrix = _matrix()
    for _ in range(STEPS):
        rows = list(
            Feedback.objects.filter(embedding=None).exclude(state="archived").order_by("pk")[:STEP]
        )
        if not rows:
            return
        vectors = embedding.embed([f"{f.title}. {f.verbatim}" for f in rows])
        ids = [f.pk for f in rows]
        near = _nearest(ids, vectors, known, matrix)
        with transaction.atomic():
            Embedding.objects.bulk_create(
                [
                    Embedding(feedback_id=i, model=embedding.MODEL, vector=embedding.packed(v))
                    for i, v in zip(ids, vectors, strict=True)
                ],
                ignore_conflicts=True,
            )
            Near.objects.bulk_create(near, ignore_conflicts=True, batch_size=500)
        known, matrix = known + ids, np.vstack([matrix, vectors.astype(np.float32)])
    if pending_embeddings():
        enqueue(embed_pending, now=timezone.now())


@task(queue_name="bulk", priority=5)
def compare_pending(progress: str = "") -> None:
    """Mark which of the items not looked at yet repeat another one, by words; any number at a time."""
    done = 0
    try:
        for count, total in comparing.compare():
            done += count
            if progress:
                track.move(progress, done=done, total=total)
    except track.Stopped:
        track.finish(progress, state="stopped", now=timezone.now())
        return
    if progress:
        repeats = comparing.repeats_waiting()
        track.finish(
            progress,
            note=f"{repeats:,} in the inbox say what another one says" if repeats else "No repeats",
            result_url="/inbox?view=repeats",
            now=timezone.now(),
        )


def compare_after_import(actor: Actor, now: datetime) -> None:
    """Compare what a file brought at once, with progress for whoever brought it."""
    pending = comparing.pending()
    if pending:
        label = f"Looking for repeats among {pending:,} new items"
        token = track.start(actor=actor, label=label, total=pending, now=now)
        enqueue(compare_pending, now=now, progress=token)


def register() -> None:
    every(timedelta(minutes=1), embed_pending)
    every(timedelta(minutes=10), compare_pending)
