"""The lists of accounts, contacts and deals."""

from datetime import datetime

from django.db.models import Q

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import people_choices
from loopline.platform.lists.spec import BulkAction, Column, Done, Empty, Filter, ListSpec, View
from loopline.slices.customers.changing import archive_accounts
from loopline.slices.customers.models import Account, Deal
from loopline.slices.customers.queries import segments

STAGES = tuple((s.value, s.label) for s in Account.Stage)
DEAL_STATES = tuple((s.value, s.label) for s in Deal.State)


def _archive(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    archive_accounts(actor=actor, ids=ids, archived=True, now=now)
    return Done(f"Archived {len(ids)}")


ACCOUNTS = ListSpec(
    name="accounts",
    title="Accounts",
    singular="account",
    object_type="account",
    url="/accounts",
    read="account.read",
    columns=(
        Column("name", "Account", lambda a: a.name),
        Column("domain", "Domain", lambda a: a.domain),
        Column("arr", "ARR", lambda a: a.arr, "money"),
        Column("currency", "Currency", lambda a: a.currency),
        Column("stage", "Stage", lambda a: a.stage),
        Column("segment", "Segment", lambda a: a.segment),
        Column("plan", "Plan", lambda a: a.plan),
        Column("health", "Health", lambda a: a.health),
        Column("owner", "Owner", lambda a: a.owner.name if a.owner else "", "person"),
        Column("renews", "Renews", lambda a: a.renews_on, "date"),
    ),
    filters=(
        Filter("stage", "Stage", lambda v: Q(stage=v), options=lambda: STAGES),
        Filter("segment", "Segment", lambda v: Q(segment=v), options=segments),
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
        Filter("domain", "Domain", lambda v: Q(domain__iexact=v), "text"),
        Filter("external_id", "External id", lambda v: Q(external_id=v), "text"),
    ),
    sorts={"arr": ("worth", "ARR"), "name": ("name", "Name"), "changed": ("updated_at", "Changed")},
    default_sort="-arr",
    empty=Empty(
        1,
        "No account yet",
        (
            "Accounts come in with what customers say, by API, or from a file of your "
            "CRM: ./loopline import accounts-csv FILE."
        ),
        "Add an account",
        "/accounts/new",
    ),
    actions=(BulkAction("archive", "Archive", "archive", _archive, "account.change", "e"),),
    views=(
        View("All", ""),
        View("Customers", "stage=customer"),
        View("Prospects", "stage=prospect"),
        View("Churned", "stage=churned"),
    ),
    create_url="/accounts/new",
    group="Hear",
    hide_archived=Q(archived_at=None),
)

CONTACTS = ListSpec(
    name="contacts",
    title="Contacts",
    singular="contact",
    object_type="contact",
    url="/contacts",
    read="contact.read",
    columns=(
        Column("name", "Name", lambda c: c.name),
        Column("email", "E-mail", lambda c: c.email),
        Column("title", "Title", lambda c: c.title),
        Column("account", "Account", lambda c: c.account.name if c.account else ""),
        Column("persona", "Persona", lambda c: c.persona.name if c.persona else ""),
    ),
    filters=(
        Filter("account", "Account", lambda v: Q(account_id=int(v)), "text"),
        Filter("email", "E-mail", lambda v: Q(email__iexact=v), "text"),
    ),
    sorts={"name": ("name", "Name"), "changed": ("updated_at", "Changed")},
    default_sort="name",
    empty=Empty(
        1,
        "No contact yet",
        "People come in with what they say, and with the accounts of your CRM.",
        "Import a file",
        "/imports",
        "import.read",
    ),
    group="Hear",
    here="Accounts",
    hide_archived=Q(archived_at=None),
)

DEALS = ListSpec(
    name="deals",
    title="Deals",
    singular="deal",
    object_type="deal",
    url="/deals",
    read="deal.read",
    columns=(
        Column("title", "Deal", lambda d: d.title),
        Column("account", "Account", lambda d: d.account.name),
        Column("amount", "Amount", lambda d: d.amount, "money"),
        Column("state", "State", lambda d: d.state),
        Column("close", "Closes", lambda d: d.close_on, "date"),
    ),
    filters=(
        Filter("state", "State", lambda v: Q(state=v), options=lambda: DEAL_STATES),
        Filter("account", "Account", lambda v: Q(account_id=int(v)), "text"),
    ),
    sorts={"changed": ("updated_at", "Changed"), "title": ("title", "Title")},
    default_sort="-changed",
    empty=Empty(
        1,
        "No deal yet",
        "Deals come in with the accounts of your CRM, or by API.",
        "Import a file",
        "/imports",
        "import.read",
    ),
    group="Hear",
    here="Accounts",
    hide_archived=Q(archived_at=None),
)  # fmt: skip
