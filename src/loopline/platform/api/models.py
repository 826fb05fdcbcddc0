"""Answers kept so that a repeated request changes nothing."""

from django.db import models


class IdempotentAnswer(models.Model):
    """The first answer to an Idempotency-Key, replayed for 24 hours."""

    caller = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.SmallIntegerField(default=0)
    body = models.BinaryField(default=b"")
    content_type = models.CharField(max_length=80, default="application/json")
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="answered_once")]
