"""The whole server is killed while programs post events; every acknowledged event must be there, once."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from loopline.entry.drills.lives import lives
from loopline.entry.drills.posting import Posters
from loopline.entry.drills.rig import throw_away
from loopline.entry.drills.stored import ids_of

ROUNDS = 50
CLIENTS = 8


def judge(acknowledged: Iterable[str], stored: Iterable[str]) -> dict[str, int]:
    """Compare the ids that were answered with those that are there."""
    times = Counter(stored)
    return {
        "lost": sum(1 for event_id in acknowledged if event_id not in times),
        "doubled": sum(1 for count in times.values() if count > 1),
    }


def drill(rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Kill the server this many times. Answers the figures; `ok` says whether they are good."""
    began = time.monotonic()
    with throw_away() as home:
        key = home.document("ingest-key", "create", "--name", "drill")["ingest_key"]
        posters = Posters(key, CLIENTS)
        there = posters.acknowledged
        ready = lives(
            home, posters, rounds, done=lambda: posters.batches, pause=0.4,
            tell=lambda n: tell(f"ingest-kill: {n} of {rounds}, {len(there)} acknowledged"),
        )  # fmt: skip
        found = judge(there, ids_of(home.path / "events"))
        verified = home.call("verify")
    return {
        "drill": "ingest-kill", "rounds": rounds, "clients": CLIENTS,
        "acknowledged": len(there), "repeated_without_answer": posters.repeated,
        "known_when_repeated": posters.told_again, "refused": len(posters.refused), **found,
        "verify": verified.returncode == 0, **ready,
        "seconds": round(time.monotonic() - began, 1),
        "ok": not (any(found.values()) or verified.returncode or posters.refused),
    }  # fmt: skip
