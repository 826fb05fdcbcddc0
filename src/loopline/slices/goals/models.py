"""Objectives, key results, check-ins, capacity, frozen plans, and changes of direction."""

from django.db import models

from loopline.platform.db.edit import Editable


def _person() -> "models.ForeignKey":  # type: ignore[type-arg]
    return models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )


class Objective(Editable):
    """What a quarter is for. `outcome` is how it ended, empty until then."""

    class State(models.TextChoices):
        DRAFT = "draft"
        ACTIVE = "active"
        CLOSED = "closed"

    title = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    period = models.CharField(max_length=7)
    team = models.CharField(max_length=80, blank=True)
    owner = _person()
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    outcome = models.CharField(max_length=8, blank=True)
    learned = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["period", "id"], name="objectives_by_period"),
            models.Index(fields=["-updated_at", "-id"], name="objectives_by_change"),
        ]


class KeyResult(Editable):
    """A number that says whether an objective is met. With a metric its value is never typed in."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="key_results")
    text = models.CharField(max_length=200)
    owner = _person()
    metric = models.ForeignKey(
        "measures.Metric", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    baseline = models.FloatField(null=True)
    target = models.FloatField()
    direction = models.CharField(max_length=4, default="up")
    unit = models.CharField(max_length=40, blank=True)
    due = models.DateField()
    dropped_at = models.DateTimeField(null=True)
    dropped_why = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["objective", "id"], name="key_results_of"),
            models.Index(fields=["-updated_at", "-id"], name="key_results_by_change"),
        ]


class CheckIn(models.Model):
    """What the owner said at a moment; never changed afterwards. `value` empty: nothing was measured yet."""

    key_result = models.ForeignKey(KeyResult, on_delete=models.CASCADE, related_name="check_ins")
    value = models.FloatField(null=True)
    measured_at = models.DateTimeField(null=True)
    confidence = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()
    by = _person()
    by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        indexes = [models.Index(fields=["key_result", "-at"], name="check_ins_of")]


class Capacity(Editable):
    """Who a team has from a quarter on: people are typed once, days away by quarter."""

    team = models.CharField(max_length=80)
    period = models.CharField(max_length=7)
    people = models.FloatField()
    days_away = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "period"], name="one_capacity_a_quarter")
        ]


class PlanSnapshot(models.Model):
    """A plan as it was. `digest` is over what is planned, not over values, so that only changes make a new one."""

    period = models.CharField(max_length=7)
    at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)
    by_name = models.CharField(max_length=160, blank=True)
    digest = models.CharField(max_length=64)
    content = models.JSONField(default=dict)
    sample = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["period", "-at"], name="snapshots_of_period")]


class Direction(Editable):
    """A change of direction: why, what it changes, who has to be told. `receipts` say how to take it back."""

    class State(models.TextChoices):
        DRAFT = "draft"
        DECIDED = "decided"
        CLOSED = "closed"

    title = models.CharField(max_length=200)
    period = models.CharField(max_length=7)
    why = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    message = models.TextField(blank=True)
    owner = _person()
    state = models.CharField(max_length=7, choices=State.choices, default=State.DRAFT)
    look_again = models.DateField(null=True)
    before = models.ForeignKey(PlanSnapshot, null=True, on_delete=models.SET_NULL, related_name="+")
    after = models.ForeignKey(PlanSnapshot, null=True, on_delete=models.SET_NULL, related_name="+")
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=160, blank=True)
    closed_at = models.DateTimeField(null=True)
    receipts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["-updated_at", "-id"], name="directions_by_change")]


class DirectionRow(models.Model):
    """One thing that changes. `before` is how it stood when the row was written; `values` what it becomes."""

    direction = models.ForeignKey(Direction, on_delete=models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=10)  # bet or key_result
    action = models.CharField(max_length=8)  # pause, drop, move, add; for key results target, drop
    ref_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    trade_off = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["direction", "kind", "ref_id"],
                condition=models.Q(ref_id__isnull=False),
                name="one_row_a_thing",
            )
        ]


class DirectionPromise(models.Model):
    """What somebody counts on and what they are offered instead; open until told or waived."""

    class State(models.TextChoices):
        OPEN = "open"
        TOLD = "told"
        WAIVED = "waived"

    direction = models.ForeignKey(Direction, on_delete=models.CASCADE, related_name="promises")
    account = models.ForeignKey("customers.Account", on_delete=models.CASCADE, related_name="+")
    deal = models.ForeignKey(
        "customers.Deal", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    bet_id = models.BigIntegerField(null=True)
    bet_title = models.CharField(max_length=200, blank=True)
    worth = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    owner = _person()
    old = models.CharField(max_length=300, blank=True)
    new = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    note = models.CharField(max_length=400, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["direction", "account", "bet_id"], name="one_promise_a_bet"
            )
        ]
