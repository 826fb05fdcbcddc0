"""Action items, of every source in one table."""

from django.db import models

from loopline.platform.db.edit import Editable


class ActionItem(Editable):
    """`original_due` is the day first promised and stays; `due` moves, `moves` counts how often."""

    class State(models.TextChoices):
        OPEN = "open"
        IN_PROGRESS = "in_progress"
        DONE = "done"
        WONT_DO = "wont_do"

    text = models.CharField(max_length=400)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    due = models.DateField()
    original_due = models.DateField()
    moves = models.PositiveIntegerField(default=0)
    type = models.CharField(max_length=12, default="follow_up")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=1000, blank=True)
    source_type = models.CharField(max_length=30, blank=True)
    source_id = models.BigIntegerField(null=True)
    work_item_id = models.BigIntegerField(null=True)
    external_ref = models.CharField(max_length=400, blank=True)
    done_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due", "id"], name="actions_by_due"),
            models.Index(fields=["owner", "state", "due"], name="actions_of_owner"),
            models.Index(fields=["source_type", "source_id"], name="actions_of_source"),
            models.Index(fields=["work_item_id"], name="actions_of_work"),
            models.Index(fields=["original_due"], name="actions_first_due"),
            models.Index(fields=["-created_at", "-id"], name="actions_by_time"),
        ]
