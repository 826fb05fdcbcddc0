"""Dashboards with their tiles and readers, investigations with their charts."""

from django.db import models

from loopline.platform.db.edit import Editable
from loopline.platform.db.sealed import SealedField


class Dashboard(Editable):
    name = models.CharField(max_length=160)
    finding = models.CharField(max_length=400, blank=True)
    days = models.PositiveIntegerField(default=90)
    filters = models.JSONField(default=list)
    review_on = models.DateField(null=True)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="dashboards_by_change"),
            models.Index(fields=["name", "id"], name="dashboards_by_name"),
        ]


class Tile(models.Model):
    """One chart (or a few words) at its place. `ref_id` is a report's or a metric's id."""

    class Kind(models.TextChoices):
        REPORT = "report"
        METRIC = "metric"
        TEXT = "text"

    dashboard = models.ForeignKey(Dashboard, on_delete=models.CASCADE, related_name="tiles")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    ref_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=160, blank=True)
    words = models.TextField(blank=True)
    wide = models.BooleanField(default=False)
    position = models.IntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        indexes = [
            models.Index(fields=["dashboard", "position"], name="tiles_in_order"),
            models.Index(fields=["kind", "ref_id"], name="tiles_showing"),
        ]


class Look(models.Model):
    """How often a dashboard was opened on a day; what nobody looks at can go."""

    dashboard = models.ForeignKey(Dashboard, on_delete=models.CASCADE, related_name="looks")
    on = models.DateField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dashboard", "on"], name="one_look_row_a_day")
        ]


class Subscription(models.Model):
    """Somebody wants a dashboard's findings sent: by mail to their own address, or to a Slack webhook."""

    class Every(models.TextChoices):
        DAY = "day"
        WEEK = "week"

    dashboard = models.ForeignKey(Dashboard, on_delete=models.CASCADE, related_name="subscriptions")
    user = models.ForeignKey("identity.User", on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=8, default="mail")
    address = SealedField(blank=True)
    every = models.CharField(max_length=4, choices=Every.choices, default=Every.WEEK)
    hour = models.PositiveSmallIntegerField(default=8)
    sent_for = models.CharField(max_length=12, blank=True)
    said = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dashboard", "user", "channel"], name="one_subscription_a_channel"
            )
        ]


class Investigation(Editable):
    """A product question, the charts that answer it, the finding, the decision it led to, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open"
        FOUND = "found"

    question = models.CharField(max_length=300)
    finding = models.TextField(blank=True)
    found_at = models.DateTimeField(null=True)  # when the finding was written: its charts end there
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decision_id = models.BigIntegerField(null=True, db_index=True)
    metric_id = models.BigIntegerField(null=True)
    since = models.DateTimeField(null=True)
    effect = models.JSONField(default=dict)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="investigations_by_change"),
            models.Index(fields=["state", "-updated_at"], name="investigations_by_state"),
        ]


class InvestigationChart(models.Model):
    investigation = models.ForeignKey(
        Investigation, on_delete=models.CASCADE, related_name="charts"
    )
    report_id = models.BigIntegerField()
    note = models.CharField(max_length=400, blank=True)
    position = models.IntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["investigation", "report_id"], name="one_chart_once")
        ]
