"""What a newcomer reads on a page is so: buttons ask first, counts name what they count, dates are the sorted ones."""

import re

import pytest

from loopline.platform.settings import options
from loopline.platform.ui.objects import sentence
from loopline.slices.told.line import _mark
from loopline.slices.work import services as work
from tests.journey.test_line_by_api import Api

pytestmark = pytest.mark.django_db


def _page(browser, path, status=200):
    answer = browser.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def test_commit_leads_to_the_field_that_asks_why(signed_in, cast, client, token):
    bet = Api(client, token("product"))("post", "/bets", {"title": "Approve by phone"}, 201)["id"]
    page = _page(signed_in(cast.bo), f"/bets/{bet}")
    assert '<a class="btn primary" href="#why-commit">' in page
    assert page.count(f'action="/bets/{bet}/do/commit"') == 1
    assert 'id="why-commit"' in page


def test_told_counts_people_and_each_once(now):
    key = "ship:{}:3:contact:{}".format
    rows = [
        (key(1, 7), "sent", now),
        (key(2, 7), "sent", now),
        (key(1, 8), "sent", now),
        (key(2, 8), "draft", None),
        (key(1, 9), "suppressed", None),
    ]
    mark = _mark(rows, False)
    assert (mark.note, mark.reached) == ("1 of 2\u00a0people", False)
    assert _mark(rows[:1], False).note == "1 of 1\u00a0person"


def test_the_date_in_the_work_list_is_the_one_it_is_sorted_by(signed_in, cast, now):
    work.create_item(actor=cast.bo, title="Check rest rules", state="done", now=now)
    browser = signed_in(cast.bo)
    assert '<time title="Opened">' in _page(browser, "/work")
    assert '<time title="Changed">' in _page(browser, "/work?sort=-changed")


def test_the_history_of_work_by_hand_says_how_it_came_and_what_changed(cast, now):
    from loopline.platform.audit.queries import history

    made = work.create_item(actor=cast.bo, title="Check rest rules", now=now)
    work.change_item(actor=cast.bo, id_=made, changes={"state": "started"}, now=now)
    work.change_item(
        actor=cast.bo, id_=made, changes={"title": "Rest rules", "body": "x" * 900}, now=now
    )
    said = [sentence(e) for e in history("work-item", made, 9)]
    assert said[-1] == "created"
    assert "changed: state from To do to Started" in said
    assert "changed: title from Check rest rules to Rest rules; text" in said


def test_a_viewer_reads_the_inbox_from_the_navigation_and_is_offered_nothing_there(signed_in, cast):
    viewer = _page(signed_in(cast.dee), "/inbox")
    assert re.search(r'<a href="/inbox"[^>]*>', viewer)
    assert "/feedback/new" not in viewer
    assert "/feedback/new" in _page(signed_in(cast.ann), "/inbox")


def test_what_went_wrong_keeps_the_navigation_for_who_is_signed_in(client, signed_in, cast, now):
    stranger = _page(client, "/nowhere", 404)
    assert 'class="nav"' not in stranger
    options.change(actor=cast.olu, values={"name": "Oakrow"}, now=now)
    browser = signed_in(cast.dee)
    for path, status in (("/nowhere", 404), ("/bets/99999", 404), ("/settings", 403)):
        page = _page(browser, path, status)
        assert 'class="nav"' in page
        assert "· Oakrow</title>" in page


def test_the_palette_as_a_page_is_the_search(signed_in, cast):
    browser = signed_in(cast.dee)
    assert browser.get("/palette")["Location"] == "/search"
    assert browser.get("/palette", {"q": "a b"})["Location"] == "/search?q=a+b"
    assert browser.get("/palette", headers={"HX-Request": "true"}).status_code == 200


def test_the_document_of_the_api_is_made_once(client, monkeypatch):
    from loopline.entry import urls

    first = client.get("/api/openapi.json").content
    monkeypatch.setattr(urls.api, "get_openapi_schema", None)
    assert client.get("/api/openapi.json").content == first
    assert client.get("/api/docs").status_code == 200


def test_empty_lists_of_people_and_deals_offer_the_import_to_who_may(signed_in, cast):
    for path in ("/contacts", "/deals"):
        assert 'class="btn" href="/imports"' in _page(signed_in(cast.ann), path)
        assert 'class="btn" href="/imports"' not in _page(signed_in(cast.dee), path)


def test_a_reader_is_not_told_to_add_what_is_missing(signed_in, cast, client, token):
    bet = Api(client, token("product"))("post", "/bets", {"title": "Approve by phone"}, 201)["id"]
    assert '<span class="faint">Add</span>' not in _page(signed_in(cast.dee), f"/bets/{bet}")
    assert '<span class="faint">Add</span>' in _page(signed_in(cast.bo), f"/bets/{bet}")
