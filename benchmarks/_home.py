"""A throw-away home filled to a size, and percentiles."""

import os
import random
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)


def prepare(name: str) -> Path:
    """An empty migrated home under /tmp; Django is set up on it."""
    home = Path(tempfile.mkdtemp(prefix=f"loopline-bench-{name}-"))
    os.environ["LOOPLINE_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loopline.entry.settings")
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    import django

    django.setup()
    from loopline.entry.cli.migrating import migrate

    migrate(backup=False)
    return home


def fill(count: int) -> None:
    """Feedback made of real reviews' words, spread over accounts and a year."""
    import gzip
    import json

    from loopline.platform.identity.actor import Actor
    from loopline.slices.customers.services import Who
    from loopline.slices.feedback.services import NewFeedback, receive_many

    with gzip.open(ROOT / "tests/data/feedback/app_reviews.jsonl.gz", "rt") as file:
        texts = [json.loads(line)["content"] for line in file]
    rng, actor = random.Random(7), Actor.system()
    for start in range(0, count, 1000):
        asks = []
        for i in range(start, min(start + 1000, count)):
            a, b = rng.choice(texts), rng.choice(texts)
            asks.append(
                NewFeedback("support", f"{a}\n\n{b}"[:1500], f"b{i}", received_at=NOW - timedelta(minutes=i * 5),
                            who=Who(f"Account {i % 150}"), tags=(f"tag {i % 40}",))
            )  # fmt: skip
        receive_many(actor=actor, asks=asks, now=NOW)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def at(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def say(rows: Sequence[tuple[str, str]]) -> None:
    width = max(len(k) for k, _ in rows)
    for key, value in rows:
        print(f"  {key:<{width}}  {value}")
