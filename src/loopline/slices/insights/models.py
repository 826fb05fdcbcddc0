"""What is kept about product events beside the events themselves: reports, cohorts, the catalogue."""

from django.db import models

from loopline.platform.db.edit import Editable
from loopline.platform.db.sealed import SealedField


class Report(Editable):
    """A question somebody keeps: its definition, who answers for it, and what was found."""

    name = models.CharField(max_length=160)
    says = models.CharField(max_length=400, blank=True)
    finding = models.CharField(max_length=400, blank=True)
    kind = models.CharField(max_length=20)
    body = models.JSONField(default=dict)
    chart = models.JSONField(default=dict)
    definition_version = models.PositiveIntegerField(default=1)
    definition_changed_at = models.DateTimeField(null=True)
    definition_note = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="reports_by_change"),
            models.Index(fields=["name", "id"], name="reports_by_name"),
            models.Index(fields=["kind", "-updated_at"], name="reports_by_kind"),
        ]


class ReportVersion(models.Model):
    """A definition a report once had."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="one_report_version_a_number")
        ]


class Cohort(Editable):
    """Persons (or accounts) that belong together: by a rule, counted anew, or as a list that stays."""

    class Kind(models.TextChoices):
        DYNAMIC = "dynamic"
        STATIC = "static"

    name = models.CharField(max_length=160)
    says = models.CharField(max_length=400, blank=True)
    actor = models.CharField(max_length=8, default="person")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.DYNAMIC)
    definition = models.JSONField(default=dict)
    size = models.PositiveIntegerField(null=True)
    computed_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="cohorts_by_change"),
            models.Index(fields=["name", "id"], name="cohorts_by_name"),
        ]


class CohortMember(models.Model):
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="members")
    actor_id = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "actor_id"], name="one_member_once")
        ]
        indexes = [models.Index(fields=["actor_id"], name="cohorts_of_an_actor")]


class CohortSize(models.Model):
    """How many a cohort held when it was counted on a day."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="sizes")
    on = models.DateField()
    size = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "on"], name="one_cohort_size_a_day")
        ]


class EventName(Editable):
    """A product event in the catalogue: what it means and who answers for it."""

    class State(models.TextChoices):
        LIVE = "live"
        PLANNED = "planned"
        RETIRED = "retired"

    name = models.CharField(max_length=200, unique=True)
    description = models.CharField(max_length=600, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.LIVE)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    first_seen = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(null=True)
    volume = models.BigIntegerField(default=0)
    volume_30d = models.BigIntegerField(default=0)
    days = models.JSONField(default=list)
    broken_rules = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["-volume_30d", "name"], name="event_names_by_volume"),
            models.Index(fields=["-last_seen", "name"], name="event_names_by_last_seen"),
            models.Index(fields=["-updated_at", "-id"], name="event_names_by_change"),
        ]


class PropertyName(models.Model):
    """A property one event carries (or a person does, with an empty event)."""

    event = models.ForeignKey(
        EventName, null=True, on_delete=models.CASCADE, related_name="properties"
    )
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=20, blank=True)
    share = models.FloatField(null=True)
    example = models.CharField(max_length=120, blank=True)
    description = models.CharField(max_length=400, blank=True)
    broken_rules = models.JSONField(default=list)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="one_property_an_event")
        ]


class Warehouse(models.Model):
    """The company's own warehouse, one row: its address is sealed, its label says where it is."""

    url = SealedField(blank=True)
    label = models.CharField(max_length=300)
    connected_at = models.DateTimeField()
    by_name = models.CharField(max_length=160, blank=True)
