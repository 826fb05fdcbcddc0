"""Saved views of lists."""

from django.db import models


class SavedView(models.Model):
    """A list's whole state as its query string; private to its owner unless shared."""

    list_name = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000)
    owner = models.ForeignKey("identity.User", null=True, on_delete=models.CASCADE)
    shared = models.BooleanField(default=False)
    pinned = models.BooleanField(default=False)
    position = models.SmallIntegerField(default=0)
    sample = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["list_name", "position"], name="views_of_list")]
