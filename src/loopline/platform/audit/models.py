"""Two tables: the chain, and its head, whose row lock puts writers in one order on PostgreSQL."""

from django.db import models


class AuditEntry(models.Model):
    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=160)
    via = models.CharField(max_length=8)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=30)
    object_id = models.CharField(max_length=40)
    content = models.JSONField(null=True)  # {"before", "after"}; null once erased
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_by_object"),
            models.Index(fields=["actor_id", "id"], name="audit_by_actor"),
            models.Index(fields=["action", "id"], name="audit_by_action"),
        ]


class AuditHead(models.Model):
    chain = models.CharField(max_length=64)
    entries = models.BigIntegerField(default=0)
