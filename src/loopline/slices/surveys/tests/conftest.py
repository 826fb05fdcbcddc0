"""An open survey of each kind, and a folder as the mail server."""

import email
from email import policy
from types import SimpleNamespace

import pytest

from loopline.slices.customers import services as customers
from loopline.slices.surveys import services


@pytest.fixture(autouse=True)
def _fresh_limits():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def make(cast, now):
    """`make("nps")` is the id of an open survey."""

    def made(kind="nps", opened=True, **values):
        values = {"name": f"A {kind} survey"} | values
        if kind == "custom":
            values.setdefault("question", "Which do you use?")
        pk = services.create_survey(actor=cast.bo, kind=kind, values=values, now=now)
        if opened:
            services.open_survey(actor=cast.bo, survey_id=pk, now=now)
        return pk

    return made


@pytest.fixture
def mails(tmp_path, monkeypatch):
    """The mails that left, each as a parsed message."""
    monkeypatch.setenv("LOOPLINE_SMTP_URL", f"file://{tmp_path}/mail")

    def read():
        found = sorted((tmp_path / "mail").glob("*.eml")) if (tmp_path / "mail").exists() else []
        return [email.message_from_bytes(f.read_bytes(), policy=policy.default) for f in found]

    return read


@pytest.fixture
def people(cast, now):
    """Two accounts of different segments with contacts; one of them wants no mail."""
    bo = cast.bo
    for name, segment, plan in (("Tarn", "Enterprise", "Pro"), ("Lund", "Small", "Free")):
        customers.save_account(
            actor=bo,
            changes={
                "name": name, "domain": f"{name.lower()}.example", "segment": segment, "plan": plan,
                "stage": "customer",
            },
            now=now,
        )  # fmt: skip
    who = customers.Who
    whos = [
        who(contact_email="greta@tarn.example", contact_name="Greta Holm", persona="Nurse"),
        who(contact_email="per@tarn.example", contact_name="Per Dahl", persona="Admin"),
        who(contact_email="ida@lund.example", contact_name="Ida Lund", persona="Nurse"),
        who(contact_email="gone@lund.example", contact_name="Gone Lund"),
        who(account_name="Lund", contact_name="No Address"),
    ]
    made = customers.resolve_many(actor=bo, whos=whos, now=now)
    customers.unsubscribe(actor=bo, contact_id=made[3].contact_id, now=now)
    greta, per, ida, gone, bare = (m.contact_id for m in made)
    return SimpleNamespace(greta=greta, per=per, ida=ida, gone=gone, bare=bare)
