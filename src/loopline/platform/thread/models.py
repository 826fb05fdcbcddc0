from django.db import models


class ThreadRow(models.Model):
    """The line of one stored object. `marks` holds seven marks; the other columns are what lists filter on."""

    object_type = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    marks = models.JSONField()
    furthest = models.SmallIntegerField(default=0)  # 0 nothing lit, 1 heard ... 7 told
    closed = models.BooleanField(default=False)  # everybody who asked was told
    started_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object_type", "object_id"], name="one_line_per_object")
        ]
        indexes = [
            models.Index(fields=["object_type", "furthest", "moved_at"], name="lines_by_station"),
            models.Index(fields=["object_type", "-moved_at"], name="lines_by_movement"),
        ]


class Patience(models.Model):
    """How long threads of this workspace usually wait at a station: its own 85th percentile."""

    station = models.SmallIntegerField(unique=True)
    seconds = models.FloatField()
    samples = models.IntegerField()
