"""Surveys, who was asked, and what they answered."""

from django.db import models

from loopline.platform.db.edit import Editable


class Survey(Editable):
    class State(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        CLOSED = "closed"

    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=12)
    form = models.CharField(max_length=6, default="scale")  # scale, choice or text
    least = models.SmallIntegerField(default=1)
    most = models.SmallIntegerField(default=5)
    least_label = models.CharField(max_length=60, blank=True)
    most_label = models.CharField(max_length=60, blank=True)
    choices = models.JSONField(default=list)
    question = models.CharField(max_length=300)
    follow_up = models.CharField(max_length=300, blank=True)
    intro = models.CharField(max_length=1000, blank=True)  # the words above the question in a mail
    channels = models.JSONField(default=list)
    audience = models.JSONField(default=dict)  # as it was last chosen
    to_intake = models.BooleanField(default=True)
    # one answer is never shown by itself: no list, no file, no time
    anonymous = models.BooleanField(default=False)
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    opens_on = models.DateField(null=True)
    closes_on = models.DateField(null=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    key = models.CharField(max_length=32, unique=True)  # the public link's
    remind_after = models.PositiveSmallIntegerField(null=True)  # days; null asks once only
    repeats = models.CharField(max_length=8, blank=True)  # quarter, or never
    follows = models.OneToOneField(
        "self", null=True, on_delete=models.SET_NULL, related_name="followed_by"
    )

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="surveys_by_change"),
            models.Index(fields=["-created_at", "-id"], name="surveys_by_time"),
            models.Index(fields=["state", "closes_on"], name="surveys_by_end"),
        ]


class Ask(models.Model):
    """One person asked by one survey; its token is their personal link."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="asks")
    person = models.CharField(max_length=280)  # contact:12, user:3 or email:a@b.example
    contact = models.ForeignKey(
        "customers.Contact", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    user = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    address = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=200, blank=True)
    token = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=10, default="queued")
    said = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    reminder = models.CharField(max_length=8, blank=True)  # one of REMINDERS; one at the most
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "person"], name="asked_once_per_survey")
        ]
        indexes = [
            models.Index(fields=["survey", "-id"], name="asks_of_survey"),
            models.Index(fields=["state", "said"], name="asks_held"),
        ]


class Answer(models.Model):
    """One person's answer on one occasion; a later one corrects it."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="answers")
    ask = models.ForeignKey(Ask, null=True, on_delete=models.SET_NULL, related_name="+")
    person = models.CharField(max_length=280)
    occasion = models.CharField(max_length=120, blank=True)  # such as the ticket it is about
    contact = models.ForeignKey(
        "customers.Contact", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    account = models.ForeignKey(
        "customers.Account", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    user = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=254, blank=True)
    channel = models.CharField(max_length=8)
    certain = models.BooleanField(default=False)  # we know who it is; else the page only said so
    score = models.SmallIntegerField(null=True)
    choice = models.CharField(max_length=120, blank=True)
    words = models.TextField(blank=True)
    first_at = models.DateTimeField()
    at = models.DateTimeField()
    corrections = models.PositiveIntegerField(default=0)
    sample = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "person", "occasion"], name="one_answer_per_person"
            )
        ]
        indexes = [
            models.Index(fields=["survey", "-at", "-id"], name="answers_of_survey"),
            models.Index(fields=["at"], name="answers_by_time"),
        ]
