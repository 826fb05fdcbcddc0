"""The workspace and its options."""

from django.db import models


class Workspace(models.Model):
    """The one row of settings. `switches` holds the registered options that differ from their default."""

    name = models.CharField(max_length=120, default="My company")
    currency = models.CharField(max_length=3, default="EUR")
    zone = models.CharField(max_length=60, default="UTC")
    sample = models.BooleanField(default=False)
    switches = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
