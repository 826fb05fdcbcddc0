"""Questions, what people wrote to them, and what would make them better."""

from django.db import models

from loopline.platform.db.edit import Editable


class Question(Editable):
    number = models.PositiveIntegerField(unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=20)
    question = models.TextField()
    content = models.JSONField(default=dict)
    skills = models.JSONField(default=list)
    own = models.BooleanField(default=False)
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["kind", "number"], name="questions_by_kind")]


class Edition(models.Model):
    """One wording of the sample answer, with who made it better."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="editions")
    edition = models.PositiveIntegerField()
    sample_answer = models.TextField()
    credit = models.CharField(max_length=160, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "edition"], name="one_edition_per_number")
        ]


class Answer(models.Model):
    """One try of one person; tries are kept, numbered from one."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("identity.User", on_delete=models.CASCADE, related_name="+")
    attempt = models.PositiveIntegerField()
    text = models.TextField()
    seconds = models.PositiveIntegerField(default=0)
    scores = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question", "user", "attempt"], name="one_answer_per_try"
            )
        ]
        indexes = [models.Index(fields=["user", "-at"], name="answers_of_person")]


class Improvement(models.Model):
    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="improvements")
    user = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(max_length=160, blank=True)
    rewrite = models.BooleanField(default=False)
    text = models.TextField()
    feedback = models.ForeignKey(
        "feedback.Feedback", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["question", "state"], name="improvements_open")]


class Reckoning(models.Model):
    """What the signs of the plays and stages said on one day.

    `values` are the numbers by sign, kept for the small trends; `said` is what each said in full, of the newest day.
    """

    day = models.DateField(unique=True)
    at = models.DateTimeField()
    values = models.JSONField(default=dict)
    said = models.JSONField(default=dict)
    sample = models.BooleanField(default=False)


class Feed(Editable):
    """A source that people here follow, with its last entries as plain words.

    `tag` and `modified` are what the other side gave to ask with again; `trouble` is why the last try brought nothing.
    """

    url = models.CharField(max_length=600, unique=True)
    title = models.CharField(max_length=160)
    why = models.CharField(max_length=200, blank=True)
    tag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    entries = models.JSONField(default=list)
    asked_at = models.DateTimeField(null=True)
    good_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True)
