"""What people were told here, and what programs are told outside."""

from django.db import models

from loopline.platform.db.sealed import SealedField


class Notification(models.Model):
    user = models.ForeignKey("identity.User", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=400)
    url = models.CharField(max_length=300)
    key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "read_at", "-at"], name="notifications_unread")]


class Webhook(models.Model):
    """An address that is told of events. The secret signs by Standard Webhooks."""

    url = models.CharField(max_length=1000)
    events = models.JSONField(default=list)
    condition = models.JSONField(default=dict)
    secret = SealedField()
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    paused_because = models.CharField(max_length=300, blank=True)
    archived_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()


class WebhookDelivery(models.Model):
    """One event to one webhook; `message_id` stays the same over all attempts."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.BigIntegerField()
    event_type = models.CharField(max_length=60)
    message_id = models.CharField(max_length=60, unique=True)
    body = models.TextField()
    state = models.CharField(max_length=8, default="waiting")  # waiting, sent or dead
    attempts = models.PositiveIntegerField(default=0)
    status = models.IntegerField(null=True)
    said = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event_id"], name="one_delivery_per_event")
        ]
        indexes = [models.Index(fields=["webhook", "-at"], name="deliveries_of_webhook")]
