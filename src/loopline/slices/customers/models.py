"""Accounts, contacts, personas and deals. An account is found again by external id, then domain, then name."""

from django.db import models
from django.db.models.functions import Lower

from loopline.platform.db.edit import Editable


class Account(Editable):
    class Stage(models.TextChoices):
        PROSPECT = "prospect"
        CUSTOMER = "customer"
        CHURNED = "churned"

    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    arr = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    segment = models.CharField(max_length=80, blank=True)
    plan = models.CharField(max_length=80, blank=True)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.PROSPECT)
    owner = models.ForeignKey(
        "identity.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    health = models.CharField(max_length=80, blank=True)
    employees = models.PositiveIntegerField(null=True)
    renews_on = models.DateField(null=True)
    raw = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~models.Q(external_id=""),
                name="one_account_per_external_id",
            ),
            models.UniqueConstraint(
                Lower("domain"), condition=~models.Q(domain=""), name="one_account_per_domain"
            ),
        ]
        indexes = [
            models.Index(Lower("name"), name="accounts_by_name"),
            models.Index(fields=["stage", "-arr"], name="accounts_by_arr"),
        ]


class Persona(models.Model):
    name = models.CharField(max_length=80, unique=True)


class Contact(Editable):
    email = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=120, blank=True)
    account = models.ForeignKey(
        Account, null=True, on_delete=models.SET_NULL, related_name="contacts"
    )
    persona = models.ForeignKey(Persona, null=True, on_delete=models.SET_NULL, related_name="+")
    unsubscribed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=~models.Q(email=""), name="one_contact_per_email"
            )
        ]


class Deal(Editable):
    class State(models.TextChoices):
        OPEN = "open"
        WON = "won"
        LOST = "lost"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="deals")
    title = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    state = models.CharField(max_length=5, choices=State.choices, default=State.OPEN)
    close_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~models.Q(external_id=""),
                name="one_deal_per_external_id",
            )
        ]
        indexes = [models.Index(fields=["account", "state"], name="deals_of_account")]
