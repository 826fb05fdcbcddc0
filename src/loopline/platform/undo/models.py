"""What can be taken back."""

from django.db import models


class UndoStep(models.Model):
    token = models.CharField(max_length=32, unique=True)
    user_id = models.BigIntegerField(null=True, db_index=True)
    label = models.CharField(max_length=200)
    inverse = models.CharField(max_length=60)
    payload = models.JSONField()
    at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
