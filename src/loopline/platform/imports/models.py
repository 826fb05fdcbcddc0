"""Files that were brought in, and what became of them."""

from django.db import models


class Import(models.Model):
    kind = models.CharField(max_length=40)
    label = models.CharField(max_length=200)
    path = models.CharField(max_length=500)
    name = models.CharField(max_length=200)
    mapping = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10, default="mapping"
    )  # mapping, trying, running, done, failed
    progress = models.CharField(max_length=40, blank=True)
    report = models.JSONField(default=dict)
    user_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    rows_done = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="imports_by_time")]
