"""Links between any two objects."""

from django.db import models


class Link(models.Model):
    """`relation` reads from first to second: relates to, blocks, documents, caused by, needs."""

    first_type = models.CharField(max_length=30)
    first_id = models.BigIntegerField()
    second_type = models.CharField(max_length=30)
    second_id = models.BigIntegerField()
    relation = models.CharField(max_length=30, default="relates to")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first_type", "first_id", "second_type", "second_id", "relation"],
                name="linked_once",
            )
        ]
        indexes = [models.Index(fields=["second_type", "second_id"], name="links_back")]
