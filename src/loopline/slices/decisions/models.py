"""The decision log."""

from django.db import models

from loopline.platform.db.edit import Editable


class Decision(Editable):
    class State(models.TextChoices):
        OPEN = "open"
        DECIDED = "decided"

    class Verdict(models.TextChoices):
        COMMITTED = "committed"
        DECLINED = "declined"
        NOT_NOW = "not_now"
        OTHER = "other"

    question = models.CharField(max_length=300)
    about_type = models.CharField(max_length=30, blank=True)
    about_id = models.BigIntegerField(null=True)
    options = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.OTHER)
    chosen = models.CharField(max_length=300, blank=True)
    rationale = models.TextField(blank=True)
    inputs = models.JSONField(default=list)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decider_name = models.CharField(max_length=160, blank=True)
    revisit_on = models.DateField(null=True)
    kept = models.JSONField(default=list)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["about_type", "about_id"], name="decisions_about"),
            models.Index(fields=["state", "revisit_on"], name="decisions_to_revisit"),
            models.Index(fields=["-updated_at", "-id"], name="decisions_by_change"),
            models.Index(fields=["-created_at", "-id"], name="decisions_by_time"),
        ]
