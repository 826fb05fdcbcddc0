"""Releases and the work they hold."""

from django.db import models

from loopline.platform.db.edit import Editable


class Release(Editable):
    class State(models.TextChoices):
        PLANNED = "planned"
        IN_PROGRESS = "in_progress"
        READY = "ready"
        ROLLING_OUT = "rolling_out"
        SHIPPED = "shipped"
        ROLLED_BACK = "rolled_back"
        CANCELLED = "cancelled"

    version_name = models.CharField(max_length=80)
    title = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True)
    target_on = models.DateField(null=True)
    state = models.CharField(max_length=11, choices=State.choices, default=State.PLANNED)
    shipped_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    tag = models.CharField(max_length=120, blank=True)
    commit_sha = models.CharField(max_length=64, blank=True)
    prerelease = models.BooleanField(default=False)
    public = models.BooleanField(default=True)
    checklist = models.JSONField(default=list)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~models.Q(external_id=""),
                name="release_once_per_source",
            )
        ]
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="releases_by_change"),
            models.Index(fields=["-created_at", "-id"], name="releases_by_time"),
            models.Index(fields=["state", "-shipped_at"], name="releases_by_state"),
        ]


class ReleaseItem(models.Model):
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="items")
    work_item = models.ForeignKey("work.WorkItem", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "work_item"], name="item_once_per_release")
        ]
