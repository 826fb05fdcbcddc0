"""Duplicates, tier 1: time per suggestion at 50,000 items, and R@5 on two trackers against plain FTS5 and TF-IDF."""

import csv
import gzip
import time
from collections import Counter
from math import log, sqrt
from pathlib import Path

from benchmarks._home import ROOT, at, fill, prepare, say


def _tracker(name: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    folder = ROOT / "tests/data/feedback"
    with gzip.open(folder / f"{name}.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    key = next(k for k in rows[0] if k.lower() in ("issue id", "issue_id", "issue key"))
    text = {r[key]: f"{r['Summary']} {(r.get('Description') or '')[:400]}" for r in rows}
    with (folder / f"{name}_duplicates.csv").open() as file:
        pairs = [(r["issue_id"], r["duplicate_id"]) for r in csv.DictReader(file)]
    return text, [(a, b) for a, b in pairs if a in text and b in text]


def _words(text: str) -> list[str]:
    from loopline.core.text.tokens import terms

    return terms(text)


def _tfidf(text: dict[str, str]):
    bags = {k: Counter(_words(t)) for k, t in text.items()}
    df = Counter(w for b in bags.values() for w in b)
    weight = {
        k: {w: (1 + log(n)) * log((1 + len(bags)) / (1 + df[w])) for w, n in b.items()}
        for k, b in bags.items()
    }
    norm = {k: sqrt(sum(x * x for x in w.values())) or 1.0 for k, w in weight.items()}

    def best(key: str) -> list[str]:
        mine = weight[key]
        scores = {
            k: sum(x * w.get(t, 0.0) for t, x in mine.items()) / norm[k]
            for k, w in weight.items()
            if k != key
        }
        return sorted(scores, key=lambda k: -scores[k])[:5]

    return best


def _fts(text: dict[str, str]):
    import sqlite3

    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(id UNINDEXED, body)")
    db.executemany("INSERT INTO t VALUES (?, ?)", text.items())

    def best(key: str) -> list[str]:
        words = list(dict.fromkeys(w for w in _words(text[key]) if w.isalnum()))[:24]
        query = " OR ".join(f'"{w}"' for w in words)
        rows = (
            db.execute("SELECT id FROM t WHERE t MATCH ? ORDER BY rank LIMIT 6", [query]).fetchall()
            if query
            else []
        )
        return [r[0] for r in rows if r[0] != key][:5]

    return best


def _ours(name: str, text: dict[str, str]):
    from datetime import UTC, datetime

    from loopline.platform.identity.actor import Actor
    from loopline.slices.feedback.models import Feedback
    from loopline.slices.feedback.services import NewFeedback, receive_many
    from loopline.slices.feedback.similar import duplicates

    actor, now = Actor.system(), datetime.now(UTC)
    receive_many(actor=actor, asks=[NewFeedback(name, t, k) for k, t in text.items()], now=now)
    ids = dict(Feedback.objects.filter(source=name).values_list("external_id", "pk"))
    back = {v: k for k, v in ids.items()}

    def best(key: str) -> list[str]:
        found = duplicates(actor=actor, feedback_id=ids[key], limit=40).items
        return [back[m.id] for m in found if m.id in back][:5]

    return best


def _recall(best, pairs: list[tuple[str, str]]) -> float:
    return sum(b in best(a) or a in best(b) for a, b in pairs) / len(pairs)


def main() -> None:
    home: Path = prepare("duplicates")
    print("R@5: the share of marked pairs where one is among the first five of the other.")
    for name in ("seamonkey", "hadoop"):
        text, pairs = _tracker(name)
        ours, fts, tfidf = (
            _recall(f, pairs) for f in (_ours(name, text), _fts(text), _tfidf(text))
        )
        say(
            [
                (
                    f"{name}, {len(text):,} issues, {len(pairs)} pairs",
                    (
                        f"tier 1 {ours:.2f}   plain FTS5 {fts:.2f}   TF-IDF {tfidf:.2f}   ratio to "
                        f"FTS5 {ours / max(fts, 0.01):.2f}"
                    ),
                )
            ]
        )
    fill(50_000)
    from loopline.platform.identity.actor import Actor
    from loopline.platform.search.queries import likely_similar
    from loopline.slices.feedback.models import Feedback
    from loopline.slices.feedback.similar import duplicates

    ids = list(Feedback.objects.order_by("pk").values_list("pk", flat=True))[:: 50_000 // 200]
    texts = dict(Feedback.objects.filter(pk__in=ids).values_list("pk", "verbatim"))
    took, plain, cpu = [], [], []
    for i in ids:
        start, used = time.perf_counter(), time.process_time()
        duplicates(actor=Actor.system(), feedback_id=i)
        took.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
        start = time.perf_counter()
        likely_similar(object_type="feedback", text=texts[i], limit=5)
        plain.append(time.perf_counter() - start)
    say(
        [
            (
                "suggestions at 50,000 items",
                f"p50 {at(took, 0.5) * 1000:.0f} ms   p95 {at(took, 0.95) * 1000:.0f} ms",
            ),
            (
                "their CPU",
                f"p50 {at(cpu, 0.5) * 1000:.0f} ms   p95 {at(cpu, 0.95) * 1000:.0f} ms",
            ),
            (
                "plain FTS5, same run",
                f"p50 {at(plain, 0.5) * 1000:.0f} ms   p95 {at(plain, 0.95) * 1000:.0f} ms",
            ),
            ("ratio p95", f"{at(took, 0.95) / at(plain, 0.95):.2f}"),
            ("home", str(home)),
        ]
    )


if __name__ == "__main__":
    main()
