"""The queue: one row a job, kept until swept so that a person can see what happened."""

from django.db import models


class Job(models.Model):
    class State(models.TextChoices):
        READY = "ready"
        RUNNING = "running"
        DONE = "done"
        DEAD = "dead"

    queue = models.CharField(max_length=10)
    task = models.CharField(max_length=160)
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    priority = models.SmallIntegerField(default=0)
    run_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    dedupe_key = models.CharField(max_length=200, null=True)  # noqa: DJ001  NULL keeps jobs without a key apart
    lease_token = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=models.Q(state__in=["ready", "running"]),
                name="one_open_job_per_key",
            )
        ]
        indexes = [
            models.Index(fields=["queue", "state", "run_at"], name="jobs_to_claim"),
            models.Index(fields=["state", "-id"], name="jobs_by_state"),
            models.Index(fields=["task", "created_at"], name="jobs_by_task"),
        ]
