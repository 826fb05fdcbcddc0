"""The loop that runs jobs. Killed at any step it loses and doubles nothing: leases expire, effects roll back."""

import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import close_old_connections, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from loopline.core.problems import Problem, TooMany, Unavailable
from loopline.platform.jobs import queue
from loopline.platform.jobs.models import Job

log = logging.getLogger("loopline.jobs")
HEARTBEAT_SECONDS = 8.0
QUICK, SLOW = 0.05, 0.7  # seconds between looks at a queue: just after a job, and when idle


def worker_name(slot: str = "") -> str:
    """`host:pid:slot`; the host part lets a restarted home take its own leases back at once."""
    return f"{socket.gethostname()}:{os.getpid()}:{slot}"[:80]


def _keep_alive(job: Job, stop: threading.Event) -> None:
    while not stop.wait(HEARTBEAT_SECONDS):
        try:
            if not queue.heartbeat(job.pk, job.lease_token, now=timezone.now()):
                return
        except Exception:
            log.warning("heartbeat of job %s failed", job.pk, exc_info=True)
    close_old_connections()


def _call(job: Job) -> None:
    task = import_string(job.task)
    if job.queue == "default":
        with transaction.atomic():
            task.func(*job.args, **job.kwargs)
            queue.finish(job, now=timezone.now())
        return
    task.func(*job.args, **job.kwargs)
    queue.finish(job, now=timezone.now())


def run_job(job: Job) -> bool:
    """Run one leased job to its end; True when it was done."""
    stop = threading.Event()
    beat = threading.Thread(target=_keep_alive, args=(job, stop), daemon=True)
    if job.queue != "default":
        beat.start()
    try:
        _call(job)
    except queue.LostLease:
        log.warning("job %s was taken over by another worker", job.pk)
        return False
    except Exception as problem:
        # A sentence will read the same next time, but for those that say "later".
        later = isinstance(problem, TooMany | Unavailable)
        permanent = isinstance(problem, Problem) and not later
        queue.fail(job, error=traceback.format_exc(), now=timezone.now(), permanent=permanent)
        log.warning("job %s (%s) failed", job.pk, job.task, exc_info=True)
        return False
    finally:
        stop.set()
    return True


def run_until_empty(
    queues: Sequence[str] = ("default", "io", "bulk"), *, now: datetime | None = None
) -> int:
    """Run everything due, in this thread; for tests, drills and the command line."""
    done = 0
    progress = True
    while progress:
        progress = False
        for name in queues:
            job = queue.claim(queue=name, worker=worker_name("drain"), now=now or timezone.now())
            if job is not None:
                progress = True
                done += run_job(job)
    return done


def loop(name: str, stop: threading.Event, tick: Callable[[], None] | None = None) -> None:
    """Serve one queue until told to stop, polling quickly while there is work and slowly when idle."""
    wait = QUICK
    while not stop.wait(wait):
        try:
            close_old_connections()
            if tick:
                tick()
            job = queue.claim(queue=name, worker=worker_name(name), now=timezone.now())
            if job is None:
                wait = min(max(wait, QUICK) * 1.6, SLOW)
                continue
            wait = 0.0
            run_job(job)
        except Exception:
            log.exception("the %s loop stumbled", name)
            wait = 2.0
