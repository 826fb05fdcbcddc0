"""What can be done with customers."""

from loopline.slices.customers.changing import (
    archive_accounts,
    forget_contacts,
    save_account,
    save_contact,
    save_deal,
)
from loopline.slices.customers.resolving import (
    Resolved,
    Who,
    entry_of,
    persona_id,
    resolve,
    resolve_many,
    unsubscribe,
)

__all__ = [
    "Resolved",
    "Who",
    "archive_accounts",
    "entry_of",
    "forget_contacts",
    "persona_id",
    "resolve",
    "resolve_many",
    "save_account",
    "save_contact",
    "save_deal",
    "unsubscribe",
]
