"""Docs, their versions, and what they mention."""

from django.db import models

from loopline.platform.db.edit import Editable


class Doc(Editable):
    """A page of text, blocks and places to fill in. `data` holds what was filled in, by the place's key.

    Due and stale are not stored but follow from `review_on` and `stale_at`. `kept` is what the blocks said when the
    page was frozen.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        CURRENT = "current"

    title = models.CharField(max_length=200)
    template = models.CharField(max_length=60, blank=True, db_index=True)
    body = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.CURRENT)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    team = models.ForeignKey(
        "identity.Team", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    review_every = models.PositiveSmallIntegerField(null=True)
    review_on = models.DateField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=160, blank=True)
    stale_at = models.DateTimeField(null=True)
    stale_why = models.CharField(max_length=300, blank=True)
    looked_on = models.DateField(null=True)
    reminded_on = models.DateField(null=True)
    kept = models.JSONField(null=True)
    kept_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="docs_by_change"),
            models.Index(fields=["-created_at", "-id"], name="docs_by_time"),
            models.Index(fields=["title", "id"], name="docs_by_title"),
            models.Index(fields=["review_on"], name="docs_by_review"),
            models.Index(fields=["parent", "template"], name="docs_below"),
        ]


class DocVersion(models.Model):
    """The words before a change of title or body; what was filled in is in the history."""

    doc = models.ForeignKey(Doc, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["doc", "number"], name="docs_one_version"),
        ]


class DocMention(models.Model):
    """An object that a doc's words or blocks name, for backlinks and for what makes it stale."""

    doc = models.ForeignKey(Doc, on_delete=models.CASCADE, related_name="mentions")
    object_type = models.CharField(max_length=30)
    object_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id", "doc"], name="docs_one_mention"
            ),
        ]
