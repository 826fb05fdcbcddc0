"""Pages opened from a mail: the form on them goes to the address that was opened."""

import re

import pytest
from django.utils import timezone

from loopline.platform.entrance import services as entrance
from loopline.slices.customers.models import Contact
from loopline.slices.customers.services import Who
from loopline.slices.feedback.services import NewFeedback, receive_many
from loopline.slices.told.jobs import unsubscribe_token

pytestmark = pytest.mark.django_db


def _send_the_form(client, address):
    page = client.get(address).content.decode()
    action = re.search(r'<form method="post" action="([^"]*)"', page)
    assert action is not None
    assert action[1] == address
    return client.post(action[1])


def test_a_sign_in_link_signs_in_by_its_button(client, cast):
    link = entrance.sign_in_link(actor=cast.ada, user_id=cast.ann.user_id, now=timezone.now())
    assert _send_the_form(client, link)["Location"] == "/"
    assert client.get("/").status_code == 200


def test_somebody_who_wants_no_more_mail_says_so_by_the_button(client, cast, now):
    who = Who("Tarn Valley", "tarn.example", "", "greta@tarn.example", "Greta", "")
    ask = NewFeedback("call", "The rota is cut off.", "s1", who=who)
    receive_many(actor=cast.bo, now=now, asks=[ask])
    greta = Contact.objects.get(email="greta@tarn.example")
    said = _send_the_form(client, f"/unsubscribe/{unsubscribe_token(greta.pk)}")
    assert "You get no more of these" in said.content.decode()
    greta.refresh_from_db()
    assert greta.unsubscribed_at is not None
