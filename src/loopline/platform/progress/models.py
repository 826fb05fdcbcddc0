"""How far long work has come."""

from django.db import models


class Progress(models.Model):
    token = models.CharField(max_length=32, unique=True)
    label = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True, db_index=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, default="running")  # running, done, failed, stopped
    stop_asked = models.BooleanField(default=False)
    result = models.JSONField(default=dict)
    result_url = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
