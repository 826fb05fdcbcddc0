"""Metrics, the definitions they had, and their values."""

from django.db import models
from django.db.models import Q

from loopline.platform.db.edit import Editable


class Metric(Editable):
    """A number with an owner. `definition` is the one in force, number `definition_version` of its versions."""

    class Direction(models.TextChoices):
        UP = "up"
        DOWN = "down"

    class Grain(models.TextChoices):
        DAY = "day"
        WEEK = "week"
        MONTH = "month"

    name = models.CharField(max_length=160)
    question = models.CharField(max_length=300, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    direction = models.CharField(max_length=4, choices=Direction.choices, default=Direction.UP)
    target = models.FloatField(null=True)
    target_on = models.DateField(null=True)
    definition = models.JSONField(default=dict)
    definition_version = models.PositiveIntegerField(default=1)
    grain = models.CharField(max_length=5, choices=Grain.choices, default=Grain.WEEK)
    source = models.CharField(max_length=300, blank=True)
    review_on = models.DateField(null=True)
    starter = models.CharField(max_length=40, blank=True)
    trouble = models.CharField(max_length=400, blank=True)
    computed_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="metrics_by_change"),
            models.Index(fields=["name", "id"], name="metrics_by_name"),
        ]


class MetricVersion(models.Model):
    """A definition and why it came; values name the version they were computed under."""

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField(default=dict)
    grain = models.CharField(max_length=5, default="week")
    unit = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    why = models.CharField(max_length=400, blank=True)
    whole = models.BooleanField(default=True)  # whether the past is computed under it too
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["metric", "number"], name="one_metric_version_a_number")
        ]


class MetricValue(models.Model):
    """A value: written down for a moment (`start` empty), or computed for the period [start, at).

    No value means that there was nothing to compute from, which is not zero.
    """

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="values")
    version_number = models.PositiveIntegerField(default=1)
    start = models.DateTimeField(null=True)
    at = models.DateTimeField()
    value = models.FloatField(null=True)
    n = models.BigIntegerField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    incomplete = models.BooleanField(default=False)
    computed_at = models.DateTimeField(null=True)
    computed_from = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)
    by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "at"], condition=Q(start=None), name="one_value_per_moment"
            ),
            models.UniqueConstraint(
                fields=["metric", "version_number", "start"],
                condition=~Q(start=None),
                name="one_value_per_period",
            ),
        ]
        indexes = [
            models.Index(fields=["metric", "-at"], name="values_of_metric"),
        ]
