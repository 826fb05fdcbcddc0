"""Fields of accounts and contacts that are edited where they are read."""

from loopline.platform.ui.rows import Edit, row_fields
from loopline.slices.customers.changing import save_account, save_contact
from loopline.slices.customers.models import Account, Contact
from loopline.slices.customers.queries import persona_names

STAGES = tuple((s.value, s.label) for s in Account.Stage)


def register() -> None:
    row_fields(
        "account",
        lambda i: Account.objects.select_related("owner").filter(pk=i).first(),
        "account.change",
        save_account,
        Edit("name", "Name"),
        Edit("domain", "Domain"),
        Edit("arr", "ARR", "money"),
        Edit("stage", "Stage", "choice", lambda: STAGES),
        Edit("segment", "Segment"),
        Edit("plan", "Plan"),
        Edit("health", "Health"),
        Edit("renews_on", "Renews", "date"),
        Edit("owner", "Owner", "person", key="owner_id",
             value=lambda a: a.owner.name if a.owner else ""),
    )  # fmt: skip
    row_fields(
        "contact",
        lambda i: Contact.objects.select_related("persona").filter(pk=i).first(),
        "contact.change",
        save_contact,
        Edit("name", "Name"),
        Edit("email", "E-mail"),
        Edit("title", "Title"),
        Edit("persona", "Persona", "choice", lambda: [("", "None"), *((n, n) for n in persona_names())],
             value=lambda c: c.persona.name if c.persona else ""),
    )  # fmt: skip
