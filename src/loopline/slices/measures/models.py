"""Metrics and their values."""

from django.db import models

from loopline.platform.db.edit import Editable


class Metric(Editable):
    class Direction(models.TextChoices):
        UP = "up"
        DOWN = "down"

    name = models.CharField(max_length=160)
    question = models.CharField(max_length=300, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    direction = models.CharField(max_length=4, choices=Direction.choices, default=Direction.UP)
    target = models.FloatField(null=True)
    definition = models.JSONField(default=dict)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="metrics_by_change"),
            models.Index(fields=["name", "id"], name="metrics_by_name"),
        ]


class MetricValue(models.Model):
    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="values")
    at = models.DateTimeField()
    value = models.FloatField()
    note = models.CharField(max_length=200, blank=True)
    by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["metric", "at"], name="one_value_per_moment")
        ]
        indexes = [models.Index(fields=["metric", "-at"], name="values_of_metric")]
