"""Which repositories may post here, and which deliveries were taken."""

from django.db import models

from loopline.platform.db.sealed import SealedField


class Hook(models.Model):
    """One webhook: its address holds `path_digest`'s secret, its signature uses `signing_secret`."""

    name = models.CharField(max_length=120)
    path_digest = models.CharField(max_length=64, unique=True)
    signing_secret = SealedField()
    created_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)


class Delivery(models.Model):
    """A delivery that was taken; GitHub's own id, so that a second one changes nothing."""

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries")
    guid = models.CharField(max_length=80)
    event = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hook", "guid"], name="one_delivery_per_guid")
        ]
        indexes = [models.Index(fields=["-at"], name="deliveries_by_time")]
