"""Feedback: one thing somebody said, its tags, and what people decided about likenesses."""

from django.db import models

from loopline.platform.db.edit import Editable


class Tag(models.Model):
    name = models.CharField(max_length=60, unique=True)


class Feedback(Editable):
    class State(models.TextChoices):
        NEW = "new"
        ACCEPTED = "accepted"
        ARCHIVED = "archived"
        MERGED = "merged"

    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=300)
    verbatim = models.TextField()
    url = models.CharField(max_length=1000, blank=True)
    received_at = models.DateTimeField()
    account = models.ForeignKey(
        "customers.Account", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    contact = models.ForeignKey(
        "customers.Contact", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    persona = models.ForeignKey(
        "customers.Persona", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    triaged_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    snoozed_until = models.DateTimeField(null=True)
    assignee = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    submitted_by = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    root = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    quotes = models.JSONField(default=list)
    tags = models.ManyToManyField(Tag, related_name="+")
    raw = models.JSONField(default=dict)
    text_digest = models.CharField(max_length=64)
    likely = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    likely_score = models.FloatField(default=0)
    compared = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~models.Q(external_id=""),
                name="feedback_once_per_source",
            )
        ]
        indexes = [
            models.Index(fields=["state", "-received_at"], name="feedback_by_state"),
            models.Index(fields=["-received_at", "-id"], name="feedback_by_time"),
            models.Index(fields=["state", "due_at"], name="feedback_by_due"),
            models.Index(fields=["-updated_at", "-id"], name="feedback_by_change"),
            models.Index(fields=["source", "-received_at"], name="feedback_by_source"),
            # Nearly every row has none of these four: over all rows the planner would think the index useless.
            models.Index(
                fields=["assignee", "state"],
                condition=models.Q(assignee__isnull=False),
                name="feedback_by_assignee",
            ),
            models.Index(
                fields=["root"], condition=models.Q(root__isnull=False), name="feedback_by_root"
            ),
            models.Index(
                fields=["merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="feedback_merged_into",
            ),
            models.Index(
                fields=["likely"], condition=models.Q(likely__isnull=False), name="feedback_likely"
            ),
            models.Index(
                fields=["id"], condition=models.Q(compared=False), name="feedback_uncompared"
            ),
            models.Index(fields=["account", "-received_at"], name="feedback_by_account"),
            models.Index(fields=["text_digest"], name="feedback_by_text"),
        ]


class Verdict(models.Model):
    """What a person answered to "probably the same": the smaller id first."""

    low = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="+")
    same = models.BooleanField()
    score = models.FloatField(null=True)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["low", "high"], name="one_verdict_per_pair")]


class Embedding(models.Model):
    """The meaning of one item: 384 half floats by the named model."""

    feedback = models.OneToOneField(
        Feedback, primary_key=True, on_delete=models.CASCADE, related_name="embedding"
    )
    model = models.CharField(max_length=60)
    vector = models.BinaryField()


class Near(models.Model):
    """Two items that mean much the same, found when the newer one was embedded."""

    item = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "other"], name="near_once")]
