"""Accounts and contacts as views for SQL."""

from collections.abc import Iterable
from typing import Any

from loopline.platform.tables.registry import View, offer
from loopline.slices.customers.models import Account, Contact

Row = tuple[Any, ...]


def _companies() -> Iterable[Row]:
    rows = Account.objects.filter(archived_at=None).order_by("pk")
    return rows.values_list(
        "pk", "name", "domain", "external_id", "arr", "currency", "stage", "segment", "plan", "health",
        "owner__name", "renews_on", "created_at",
    ).iterator(2_000)  # fmt: skip


def _contacts() -> Iterable[Row]:
    rows = Contact.objects.filter(archived_at=None).order_by("pk")
    return rows.values_list(
        "pk", "name", "email", "title", "persona__name", "account_id", "unsubscribed_at"
    ).iterator(2_000)


def registered() -> None:
    """Offer them. `companies` are the customers; `accounts` are what product events name."""
    offer(
        View(
            "companies", "Customers and prospects, from the CRM or by hand",
            (
                ("id", "bigint", "Its number"), ("name", "varchar", "What it is called"),
                ("domain", "varchar", "Its web domain"), ("external_id", "varchar", "Its id in the CRM"),
                ("arr", "decimal(14,2)", "What it pays a year"), ("currency", "varchar", "In which currency"),
                ("stage", "varchar", "prospect, customer or churned"), ("segment", "varchar", "Its segment"),
                ("plan", "varchar", "Its plan"), ("health", "varchar", "How it is said to be"),
                ("owner", "varchar", "Who looks after it"), ("renews_on", "date", "When it renews"),
                ("created_at", "timestamptz", "When it came here"),
            ),
            _companies,
        ),
    )  # fmt: skip
    offer(
        View(
            "contacts", "People at customers",
            (
                ("id", "bigint", "Their number"), ("name", "varchar", "What they are called"),
                ("email", "varchar", "Their address"), ("title", "varchar", "What they do"),
                ("persona", "varchar", "Which persona they are"), ("company_id", "bigint", "companies.id"),
                ("unsubscribed_at", "timestamptz", "Since when they get no messages"),
            ),
            _contacts,
        ),
    )  # fmt: skip
