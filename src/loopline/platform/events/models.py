"""Events as they were published."""

from django.db import models


class OutboxEvent(models.Model):
    """One thing that happened: its type, ids only, and who did it."""

    type = models.CharField(max_length=60)
    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    payload = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["type", "id"], name="outbox_by_type")]
