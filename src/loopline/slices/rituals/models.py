"""Rituals, their sessions, who sits in one, and a person's week. Why each has a table: docs/decisions."""

from django.db import models

from loopline.platform.db.edit import Editable


class Ritual(Editable):
    """What a team meets for again and again. `at` is local time where the company is, `slot`s follow from the cadence.

    `reads` is true where people read the page instead of meeting; `send_before` are hours.
    """

    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=300, blank=True)
    template = models.CharField(max_length=60, blank=True)
    cadence = models.CharField(max_length=12)
    weekday = models.PositiveSmallIntegerField()
    nth = models.PositiveSmallIntegerField(default=1)
    anchor = models.DateField()
    at = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    team = models.ForeignKey(
        "identity.Team", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    attendees = models.ManyToManyField("identity.User", related_name="+")
    channel = models.CharField(max_length=120, blank=True)
    send_before = models.PositiveSmallIntegerField(default=18)
    reads = models.BooleanField(default=False)
    state = models.CharField(max_length=8, default="active")

    class Meta:
        indexes = [
            models.Index(fields=["name", "id"], name="rituals_by_name"),
            models.Index(fields=["-created_at", "-id"], name="rituals_by_time"),
        ]


class Session(Editable):
    """One time it is held. `slot` is the day the cadence gave and stays; `at` is when it really is.

    `ratings` counts the answers 0 to 4 and nothing else: no row, order or time says whose one was.
    """

    ritual = models.ForeignKey(Ritual, on_delete=models.CASCADE, related_name="sessions")
    slot = models.DateField()
    at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default="scheduled")
    doc_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    skip_reason = models.CharField(max_length=300, blank=True)
    ratings = models.JSONField(default=list)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ritual", "slot"], name="rituals_one_session_a_slot")
        ]
        indexes = [
            models.Index(fields=["at", "id"], name="sessions_by_time"),
            models.Index(fields=["state", "at"], name="sessions_by_state"),
        ]


class Seat(models.Model):
    """Somebody in a session: there or not, whether they read the page before, that they rated (never what).

    `preread_at` and `summary_at` are when their mails were taken in hand, so that each is sent once.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="seats")
    user = models.ForeignKey("identity.User", on_delete=models.CASCADE, related_name="+")
    there = models.BooleanField(default=True)
    rated = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)
    preread_at = models.DateTimeField(null=True)
    summary_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "user"], name="rituals_one_seat_each")
        ]


class Week(models.Model):
    """What somebody set aside in a week: blocks of {id, day 0-6, at, minutes, hat, note}."""

    user = models.ForeignKey("identity.User", on_delete=models.CASCADE, related_name="+")
    monday = models.DateField()
    blocks = models.JSONField(default=list)
    hats = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    sample = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "monday"], name="rituals_one_week_each")
        ]
