"""Release notes: a page drafted from what shipped, sent to those who listen, and named on what it is about."""

import json

import pytest

from loopline.platform.notify.jobs import slack_text
from loopline.platform.notify.models import WebhookDelivery
from loopline.platform.notify.services import create_webhook
from loopline.platform.settings import options
from loopline.slices.docs import queries, services

pytestmark = pytest.mark.django_db


def test_notes_are_drafted_once_sent_and_held_where_nothing_may_leave(
    signed_in, cast, now, run_jobs
):
    from loopline.slices.releases import services as releases
    from loopline.slices.roadmap import services as roadmap
    from loopline.slices.work import services as work

    options.change(actor=cast.olu, values={"sending": False}, now=now)
    create_webhook(actor=cast.ada, url="https://hooks.example/in", events=["doc.sent"], now=now)
    bet = roadmap.create_bet(actor=cast.bo, title="Swaps", now=now)
    done = work.create_item(actor=cast.bo, title="Buttons", bet_id=bet, state="done", now=now)
    bug = work.create_item(actor=cast.bo, title="Print cut off", type="Bug", state="done", now=now)
    release = releases.create_release(
        actor=cast.bo, version="1.4", title="Swaps", work_items=[done, bug], now=now
    )
    client = signed_in(cast.bo)
    at = client.post(f"/releases/{release}/do/page")["Location"]
    assert client.post(f"/releases/{release}/do/page")["Location"] == at
    doc = queries.one(actor=cast.bo, doc_id=int(at.rsplit("/", 1)[1]))
    assert doc.title == "Release notes 1.4 Swaps"
    assert [(i["what"], i["kind"], i["ref"]) for i in doc.data["items"]] == [
        ("Swaps", "New", f"BET-{bet}"),
        ("Print cut off", "Mended", f"WI-{bug}"),
    ]
    assert "Written about it" in client.get(f"/releases/{release}").content.decode()
    services.fill(actor=cast.bo, doc_id=doc.pk, key="headline", value="You can swap.", now=now)
    assert ">Send</button>" in client.get(at).content.decode()
    assert client.post(f"{at}/send").status_code == 302
    run_jobs()
    sent = WebhookDelivery.objects.get()
    assert sent.state == "waiting"
    assert "switched off" in sent.said
    data = json.loads(sent.body)["data"]
    assert data["text"] == "You can swap.\n• Swaps\n• Print cut off"
    said = slack_text("doc.sent", data)
    assert said.startswith("Release notes 1.4 Swaps\nYou can swap.")
    assert said.endswith(f"/docs/{doc.pk}")


def test_nothing_to_say_is_not_sent_and_not_by_everybody(signed_in, cast, now):
    new = services.NewDoc("Notes", "release-notes")
    pk = services.create_doc(actor=cast.bo, new=new, now=now)
    brief = services.create_doc(actor=cast.bo, new=services.NewDoc("B", "brief"), now=now)
    client = signed_in(cast.bo)
    assert client.post(f"/docs/{pk}/send").status_code == 409
    assert client.post(f"/docs/{brief}/send").status_code == 404
    assert signed_in(cast.ann).post(f"/docs/{pk}/send").status_code == 403
