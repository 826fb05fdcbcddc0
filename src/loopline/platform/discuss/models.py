"""Comments, who they mention, and who follows what."""

from django.db import models


class Comment(models.Model):
    object_type = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    author = models.ForeignKey("identity.User", null=True, on_delete=models.SET_NULL)
    text = models.TextField(max_length=20_000)
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    sample = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="comments_of_object")
        ]


class Mention(models.Model):
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey("identity.User", on_delete=models.CASCADE)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="mentioned_once")]
        indexes = [models.Index(fields=["user", "read_at", "-at"], name="mentions_of_person")]


class Follow(models.Model):
    object_type = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    user = models.ForeignKey("identity.User", on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id", "user"], name="followed_once"
            )
        ]
