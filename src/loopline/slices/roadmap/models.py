"""Opportunities, what feedback asks for them, bets, and scores."""

from django.db import models

from loopline.platform.db.edit import Editable


class Opportunity(Editable):
    """`ask_count`, `account_count` and `arr` are kept for lists; demand.py recomputes them."""

    title = models.CharField(max_length=200)
    problem = models.TextField(blank=True)
    tags = models.JSONField(default=list)
    squad = models.CharField(max_length=80, blank=True)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    ask_count = models.IntegerField(default=0)
    account_count = models.IntegerField(default=0)
    arr = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    last_asked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="opportunities_by_change"),
            models.Index(fields=["-arr", "-id"], name="opportunities_by_arr"),
            models.Index(fields=["-ask_count", "-id"], name="opportunities_by_asks"),
            models.Index(fields=["-created_at", "-id"], name="opportunities_by_time"),
        ]


class Ask(models.Model):
    """One item of feedback asks for an opportunity, in these words."""

    feedback = models.ForeignKey("feedback.Feedback", on_delete=models.CASCADE, related_name="+")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="asks")
    quote = models.TextField(blank=True)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feedback", "opportunity"], name="one_ask_per_pair")
        ]


class Bet(Editable):
    class State(models.TextChoices):
        PROPOSED = "proposed"
        COMMITTED = "committed"
        IN_PROGRESS = "in_progress"
        SHIPPED = "shipped"
        CONFIRMED = "confirmed"
        PIVOTED = "pivoted"
        SUNSET = "sunset"
        DECLINED = "declined"

    class Horizon(models.TextChoices):
        NOW = "now"
        NEXT = "next"
        LATER = "later"

    title = models.CharField(max_length=200)
    hypothesis = models.TextField(blank=True)
    opportunity = models.ForeignKey(
        Opportunity, null=True, on_delete=models.SET_NULL, related_name="bets"
    )
    metric = models.ForeignKey(
        "measures.Metric", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    baseline = models.FloatField(null=True)
    target = models.FloatField(null=True)
    horizon = models.CharField(max_length=5, choices=Horizon.choices, default=Horizon.LATER)
    position = models.FloatField(default=0)
    state = models.CharField(max_length=11, choices=State.choices, default=State.PROPOSED)
    squad = models.CharField(max_length=80, blank=True)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    inputs = models.JSONField(default=dict)
    committed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    check_on = models.DateField(null=True)
    key_result = models.ForeignKey(
        "goals.KeyResult", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    quarter = models.CharField(max_length=7, blank=True, default="")
    paused_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="bets_by_change"),
            models.Index(fields=["horizon", "position"], name="bets_on_the_board"),
            models.Index(fields=["state", "-updated_at"], name="bets_by_state"),
            models.Index(fields=["-created_at", "-id"], name="bets_by_time"),
        ]


class Estimate(models.Model):
    """How many person-weeks a bet asks of one team."""

    bet = models.ForeignKey(Bet, on_delete=models.CASCADE, related_name="estimates")
    team = models.CharField(max_length=80)
    weeks = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bet", "team"], name="one_estimate_a_team")]


class ScoringModel(Editable):
    """A model's scales as this workspace writes them; the formula is core's."""

    key = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    levels = models.JSONField(default=dict)


class Score(models.Model):
    """One team's inputs for one bet."""

    bet = models.ForeignKey(Bet, on_delete=models.CASCADE, related_name="scores")
    model = models.CharField(max_length=20)
    team = models.CharField(max_length=80)
    values = models.JSONField(default=dict)
    value = models.FloatField()
    by_name = models.CharField(max_length=160, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bet", "model", "team"], name="one_score_per_team")
        ]
        indexes = [models.Index(fields=["model", "bet"], name="scores_by_model")]


class Evidence(models.Model):
    """A number from product usage behind an opportunity: those of a cell of a question, counted again each day."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="evidence")
    says = models.CharField(max_length=200)
    insight = models.CharField(max_length=20)
    query = models.JSONField(default=dict)
    cell = models.JSONField(default=dict)
    report_id = models.BigIntegerField(null=True)
    count = models.IntegerField(null=True)
    first_count = models.IntegerField(null=True)
    counted_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    by_name = models.CharField(max_length=160, blank=True)
    at = models.DateTimeField()
