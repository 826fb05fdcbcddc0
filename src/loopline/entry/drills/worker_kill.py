"""The worker is killed while it works through a burst of jobs; each effect must be there once."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from loopline.entry.drills.rig import Process, ThrowAway, kill, share, throw_away, until

ROUNDS = 200
_MODULE = "loopline.entry.drills.counting"
_BURST = 25  # events a round
_OPEN = "SELECT count(*) FROM jobs_job WHERE state IN ('ready', 'running')"
_MINE = "SELECT count(*) FROM jobs_job WHERE state = 'running' AND queue = 'default'"


def judge(published: int, effects: Iterable[tuple[int, int]]) -> dict[str, int]:
    """Count what is missing, there more than once, or there by half."""
    rows = list(effects)
    seen = Counter(number for number, _ in rows)
    return {
        "lost": sum(1 for n in range(published) if n not in seen),
        "doubled": sum(1 for times in seen.values() if times > 1),
        "half": sum(1 for _, whole in rows if not whole),
    }


def _kill_once(home: ThrowAway, n: int) -> bool:
    """One life of a worker; True when the kill fell into the middle of a job."""

    def done() -> int:
        return home.number("SELECT count(*) FROM drill_effect")

    wanted = done() + 1 + n % 8
    worker: Process = home.start_module(_MODULE, "work")
    try:
        until("the worker works", lambda: done() >= wanted)
        time.sleep(share(n) * 0.02)
    finally:
        kill(worker)
    return home.number(_MINE) > 0


def _finish(home: ThrowAway) -> float:
    """A last worker that lives; how long until nothing is open."""
    worker = home.start_module(_MODULE, "work")
    try:
        return until("no job is open", lambda: home.number(_OPEN) == 0, seconds=300)
    finally:
        worker.terminate()
        worker.wait(30)


def drill(rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Kill the worker this many times. Answers the figures; `ok` says whether they are good."""
    began = time.monotonic()
    with throw_away() as home:
        published, middle = rounds * _BURST, 0
        home.call_module(_MODULE, "publish", "--count", str(published)).check_returncode()
        for n in range(rounds):
            middle += _kill_once(home, n)
            if n % 20 == 19:
                tell(f"worker-kill: {n + 1} of {rounds}, {middle} in the middle of a job")
        left = home.number(_OPEN)
        finishing = _finish(home)
        found = judge(published, home.rows("SELECT number, whole FROM drill_effect"))
        dead = home.number("SELECT count(*) FROM jobs_job WHERE state = 'dead'")
        stuck = home.number(_OPEN)
        attempts = home.number("SELECT count(*) FROM jobs_job WHERE attempts > 1")
    return {
        "drill": "worker-kill", "rounds": rounds, "in_mid_job": middle, "jobs": published,
        "open_after_last_kill": left, "taken_up_again": attempts, "stuck": stuck, "dead": dead,
        **found, "finishing_seconds": round(finishing, 1),
        "seconds": round(time.monotonic() - began, 1), "ok": not (stuck or dead or any(found.values())),
    }  # fmt: skip
