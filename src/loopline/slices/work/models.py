"""Work items. What people change here by hand wins over what the tracker says."""

from django.db import models

from loopline.platform.db.edit import Editable


class WorkItem(Editable):
    class State(models.TextChoices):
        BACKLOG = "backlog"
        TODO = "todo"
        STARTED = "started"
        DONE = "done"
        CANCELLED = "cancelled"

    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    number = models.BigIntegerField(null=True)
    title = models.CharField(max_length=400)
    body = models.TextField(blank=True)
    type = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.TODO)
    url = models.CharField(max_length=1000, blank=True)
    labels = models.JSONField(default=list)
    assignee_name = models.CharField(max_length=160, blank=True)
    is_pull = models.BooleanField(default=False)
    bet = models.ForeignKey("roadmap.Bet", null=True, on_delete=models.SET_NULL, related_name="+")
    by_hand = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    merged_sha = models.CharField(max_length=64, blank=True)
    source_updated_at = models.DateTimeField(null=True)
    raw = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~models.Q(external_id=""),
                name="work_once_per_source",
            )
        ]
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="work_by_change"),
            models.Index(fields=["state", "-updated_at"], name="work_by_state"),
            models.Index(fields=["bet", "state"], name="work_of_bet"),
            models.Index(fields=["-opened_at", "-id"], name="work_by_time"),
            models.Index(fields=["merged_sha"], name="work_by_commit"),
            models.Index(fields=["done_at"], name="work_by_end"),
        ]
