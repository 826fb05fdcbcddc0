"""Jobs end exactly once in effect, whatever happens to their workers."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.core.problems import Invalid, NotAllowed, TooMany, Unavailable
from loopline.platform.identity.models import Team
from loopline.platform.jobs import queries, queue
from loopline.platform.jobs.models import Job
from loopline.platform.jobs.worker import QUICK, SLOW, loop, run_job, run_until_empty
from loopline.platform.schedule.every import every, tick

NOW = timezone.now()


@task()
def add_team(name: str) -> None:
    Team.objects.create(name=name)


@task()
def add_team_then_fail(name: str) -> None:
    Team.objects.create(name=name)
    raise RuntimeError("after the write")


@pytest.mark.django_db
def test_a_job_is_only_there_when_its_transaction_stands():
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        queue.enqueue(add_team, now=NOW, name="a")
        raise RuntimeError
    assert Job.objects.count() == 0
    assert add_team.enqueue(name="b").status == "READY"
    assert run_until_empty() == 1
    assert Team.objects.get().name == "b"


@pytest.mark.django_db
def test_effects_of_a_failed_attempt_are_rolled_back_and_tried_again_later():
    queue.enqueue(add_team_then_fail, now=NOW, name="a")
    run_until_empty(now=NOW)
    job = Job.objects.get()
    assert (job.state, job.attempts, Team.objects.count()) == ("ready", 1, 0)
    assert job.run_at > timezone.now()
    assert "after the write" in job.error


@task()
def meet(problem: str) -> None:
    raise {
        "invalid": Invalid(name="Name it."),
        "busy": TooMany("Later."),
        "away": Unavailable("Later."),
    }[problem]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("problem", "state"), [("invalid", "dead"), ("busy", "ready"), ("away", "ready")]
)
def test_what_stays_wrong_is_not_tried_again_and_what_is_only_busy_is(problem, state):
    queue.enqueue(meet, now=NOW, problem=problem)
    run_until_empty(now=NOW)
    assert Job.objects.get().state == state


@pytest.mark.django_db
def test_after_the_last_attempt_it_is_a_dead_letter_that_an_admin_can_retry(cast):
    queue.enqueue(add_team_then_fail, now=NOW, name="a")
    for _ in range(queue.MOST_ATTEMPTS):
        run_until_empty(now=timezone.now() + timedelta(days=1))
    job = Job.objects.get()
    assert job.state == "dead"
    with pytest.raises(NotAllowed):
        queries.retry(actor=cast.bo, job_id=job.pk, now=NOW)
    queries.retry(actor=cast.ada, job_id=job.pk, now=NOW)
    assert Job.objects.get().state == "ready"


@pytest.mark.django_db
def test_a_killed_workers_job_is_taken_over_and_its_late_write_is_refused():
    queue.enqueue(add_team, now=NOW, name="a")
    killed = queue.claim(queue="default", worker="w1", now=NOW)
    assert queue.claim(queue="default", worker="w2", now=NOW) is None, "leased"
    other = queue.claim(queue="default", worker="w2", now=NOW + queue.LEASE + timedelta(seconds=1))
    assert other.pk == killed.pk
    assert run_job(killed) is False, "its lease is lost, so its effect is rolled back"
    assert Team.objects.count() == 0
    assert run_job(other) is True
    assert Team.objects.count() == 1


@pytest.mark.django_db
def test_a_heartbeat_keeps_the_lease():
    queue.enqueue(add_team, now=NOW, name="a")
    job = queue.claim(queue="default", worker="w1", now=NOW)
    assert queue.heartbeat(job.pk, job.lease_token, now=NOW + timedelta(seconds=20))
    late = NOW + timedelta(seconds=40)
    assert queue.claim(queue="default", worker="w2", now=late) is None
    assert not queue.heartbeat(job.pk, "other", now=late)


@pytest.mark.django_db
def test_a_key_that_is_open_is_not_queued_twice():
    first = queue.enqueue(add_team, now=NOW, dedupe_key="k", name="a")
    assert first is not None
    assert queue.enqueue(add_team, now=NOW, dedupe_key="k", name="a") is None
    run_until_empty()
    assert queue.enqueue(add_team, now=NOW, dedupe_key="k", name="b") is not None


@task()
def nightly() -> None:
    Team.objects.create(name=f"n{Team.objects.count()}")


@pytest.mark.django_db
def test_a_recurring_task_runs_once_a_slot():
    every(timedelta(hours=1), nightly)
    tick(now=NOW)
    before = Job.objects.filter(task=nightly.module_path).count()
    tick(now=NOW + timedelta(seconds=1))
    assert Job.objects.filter(task=nightly.module_path).count() == before == 1


class _StopAfter:
    """Stands for the stop event: notes each wait instead of waiting, and says stop after some."""

    def __init__(self, looks: int) -> None:
        self.waits: list[float] = []
        self.looks = looks

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return len(self.waits) > self.looks


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_ran_dry_is_looked_at_ever_more_slowly():
    queue.enqueue(add_team, now=NOW, name="a")
    stop = _StopAfter(looks=9)
    loop("default", stop)
    assert stop.waits[1] == 0.0
    idle = stop.waits[2:]
    assert idle == sorted(idle)
    assert QUICK < idle[0] < idle[-1] == SLOW


@pytest.mark.django_db
def test_a_job_that_takes_its_worker_down_each_time_goes_to_the_dead_letters():
    now = timezone.now()
    queue.enqueue(add_team, now=now, name="poison")
    for n in range(queue.MOST_KILLS):
        assert queue.claim(queue="default", worker="w", now=now + timedelta(minutes=n)) is not None
    assert queue.claim(queue="default", worker="w", now=now + timedelta(hours=2)) is None
    dead = Job.objects.get()
    assert dead.state == "dead"
    assert "Its worker ended 20 times" in dead.error
