from django.db import models


class SearchRow(models.Model):
    """What can be found about one object; rewritten in the transaction that changes it."""

    object_type = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    key = models.CharField(max_length=40, blank=True)
    title = models.TextField()
    body = models.TextField(blank=True)
    tags = models.TextField(blank=True)
    archived = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id"], name="one_search_row_per_object"
            )
        ]
        indexes = [models.Index(fields=["key"], name="search_by_key")]
