"""What customers publishes."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class AccountChanged(Event):
    """An account's name, stage, ARR or deals changed: sums that count it are out of date."""

    type: ClassVar[str] = "account.changed"
    account_id: int


@dataclass(frozen=True)
class ContactUnsubscribed(Event):
    """A contact wants no more messages; whatever is not sent yet must not be."""

    type: ClassVar[str] = "contact.unsubscribed"
    contact_id: int


@dataclass(frozen=True)
class ContactsErased(Event):
    """Contacts were made nobody, in an erasure of that key: what came of their words loses who said it."""

    type: ClassVar[str] = "contact.erased"
    contact_ids: tuple[int, ...]
    erasure: str
