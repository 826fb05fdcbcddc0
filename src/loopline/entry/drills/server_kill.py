"""The whole server is killed while programs write; every write it acknowledged must be there, once."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from loopline.entry.drills.lives import lives
from loopline.entry.drills.rig import throw_away
from loopline.entry.drills.writers import Writers

ROUNDS = 50
CLIENTS = 4


def judge(acknowledged: Mapping[str, str], stored: Iterable[tuple[int, str]]) -> dict[str, int]:
    """Compare what was answered (words -> id) with what is there (id, words)."""
    rows = list(stored)
    times = Counter(words for _, words in rows)
    ids = {words: str(number) for number, words in rows}
    return {
        "lost": sum(1 for words in acknowledged if words not in times),
        "doubled": sum(1 for count in times.values() if count > 1),
        "other_id": sum(1 for words, given in acknowledged.items() if ids.get(words, given) != given),
    }  # fmt: skip


def drill(rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Kill the server this many times. Answers the figures; `ok` says whether they are good."""
    began = time.monotonic()
    with throw_away() as home:
        token = home.document("token", "create", "--name", "drill", "--role", "product")["token"]
        writers = Writers(token, CLIENTS)
        there = writers.acknowledged
        ready = lives(
            home, writers, rounds, done=lambda: len(there), pause=0.25,
            tell=lambda n: tell(f"server-kill: {n} of {rounds}, {len(there)} acknowledged"),
        )  # fmt: skip
        found = judge(there, home.rows("SELECT id, verbatim FROM feedback_feedback"))
        verified = home.call("verify")
    return {
        "drill": "server-kill", "rounds": rounds, "clients": CLIENTS,
        "acknowledged": len(there), "repeated_without_answer": writers.repeated,
        "refused": len(writers.refused), **found, "verify": verified.returncode == 0, **ready,
        "seconds": round(time.monotonic() - began, 1),
        "ok": not (any(found.values()) or verified.returncode or writers.refused),
    }  # fmt: skip
