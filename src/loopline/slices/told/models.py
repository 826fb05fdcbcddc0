"""Follow-ups: one per asker and occasion."""

from django.db import models

from loopline.platform.db.edit import Editable


class FollowUp(Editable):
    class State(models.TextChoices):
        DRAFT = "draft"
        APPROVED = "approved"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        SUPPRESSED = "suppressed"

    class Channel(models.TextChoices):
        EMAIL = "email"
        IN_APP = "in_app"
        BY_HAND = "by_hand"

    told_key = models.CharField(max_length=120, unique=True)
    occasion = models.CharField(max_length=10)  # ship or decision
    release = models.ForeignKey(
        "releases.Release", null=True, on_delete=models.CASCADE, related_name="+"
    )
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.CASCADE, related_name="+"
    )
    feedback = models.ForeignKey("feedback.Feedback", on_delete=models.CASCADE, related_name="+")
    opportunity = models.ForeignKey(
        "roadmap.Opportunity", null=True, on_delete=models.CASCADE, related_name="+"
    )
    bets = models.JSONField(default=list)
    contact = models.ForeignKey(
        "customers.Contact", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    account = models.ForeignKey(
        "customers.Account", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    recipient = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    address = models.CharField(max_length=254, blank=True)
    to_name = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=160, blank=True)
    sent_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "-created_at"], name="follow_ups_by_state"),
            models.Index(fields=["-created_at", "-id"], name="follow_ups_by_time"),
            models.Index(fields=["-updated_at", "-id"], name="follow_ups_by_change"),
            models.Index(
                fields=["opportunity", "occasion", "state"], name="follow_ups_of_opportunity"
            ),
            models.Index(fields=["release", "state"], name="follow_ups_of_release"),
            models.Index(fields=["account", "-sent_at"], name="follow_ups_of_account"),
        ]
