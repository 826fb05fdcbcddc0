"""The list, the page of one, the section on other pages, and what each costs."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from loopline.platform.identity.models import User
from loopline.slices.actions import services
from loopline.slices.actions.models import ActionItem

pytestmark = pytest.mark.django_db
SOON = timezone.now().date() + timedelta(days=60)
HTMX = {"HX-Request": "true"}


def text(response, status=200):
    assert response.status_code == status, response.content[:400]
    return response.content.decode()


def add(client, **values):
    given = {"text": "Call Tarn", "due": SOON.isoformat(), "owner": ""} | values
    return client.post("/actions/add", given, headers=HTMX)


def test_views_of_the_list(signed_in, cast, act, now):
    mine, others = act("Bo’s own"), act("Cy’s own", owner=cast.cy)
    late = act("Long due", owner=cast.ann, days=0, at=now.replace(year=2025))
    done, dropped = act("Was done"), act("Was dropped")
    left = act("Left behind", owner=cast.ada)
    services.finish(actor=cast.bo, ids=[done], now=now)
    services.wont_do(actor=cast.bo, ids=[dropped], reason="No", now=now)
    User.objects.filter(pk=cast.ada.user_id).update(is_active=False)
    client = signed_in(cast.bo)

    def shown(query=""):
        page = text(client.get(f"/actions{query}"))
        return {pk for pk in (mine, others, late, done, dropped, left) if f'data-id="{pk}"' in page}

    assert shown() == {mine, others, late, left}
    assert shown(f"?owner={cast.bo.user_id}") == {mine}
    assert late in shown("?overdue=1")
    assert shown("?state=done") == {done}
    assert shown("?state=wont_do") == {dropped}
    assert shown("?unowned=1") == {left}
    assert shown("?archived=1") == {mine, others, late, done, dropped, left}
    assert shown("?first_to=2025-12-31") == {late}
    assert shown("?q=behind") == {left}
    assert "Ada Admin left" in text(client.get("/actions?unowned=1"))


def test_groups_by_owner_and_by_source(signed_in, cast, act, account):
    tarn = account()
    for n, (owner, source) in enumerate(
        [(cast.bo, None), (cast.ann, ("account", tarn)), (cast.bo, ("account", tarn))]
    ):
        act(f"Number {n}", owner=owner, source=source)
    client = signed_in(cast.dee)
    page = text(client.get("/actions?sort=owner"))
    heads = [page.index(f'<li class="strong">{name}') for name in ("Ann Asker", "Bo Decider")]
    assert heads == sorted(heads)
    assert page.count('<li class="strong">') == 2
    assert page.index("Number 1") < heads[1] < page.index("Number 0")
    page = text(client.get("/actions?sort=source"))
    assert page.count('<li class="strong">') == 2
    assert '<li class="strong">Tarn' in page
    assert '<li class="strong">From nowhere else' in page


def test_pages_of_a_cursor_hold_every_row_once(signed_in, cast, act, client, token):
    for n in range(7):
        act(f"Number {n}", owner=(cast.bo, cast.ann)[n % 2], days=n % 3)
    for sort in ("owner", "-owner", "source", "due", "-due"):
        seen, cursor = [], ""
        while cursor is not None:
            got = client.get(
                f"/api/v1/action-items?limit=2&sort={sort}&cursor={cursor}", headers=token("viewer")
            ).json()
            seen += [a["id"] for a in got["items"]]
            cursor = got["next_cursor"]
        assert len(seen) == len(set(seen)) == 7, sort


def test_a_list_costs_the_same_with_many_rows(
    signed_in, cast, act, account, django_assert_max_num_queries
):
    client, tarn = signed_in(cast.bo), account()
    costs = []
    for many in (5, 40):
        for n in range(many):
            act(f"Number {n}", source=("account", tarn), owner=(cast.bo, cast.cy)[n % 2])
        for path in ("/actions", "/actions?sort=owner", "/actions?sort=source"):
            client.get(path)
            with django_assert_max_num_queries(25) as found:
                client.get(path)
            costs.append(len(found))
    assert costs[:3] == costs[3:]


def test_csv_holds_the_first_day_and_where_it_came_from(signed_in, cast, act, account, now):
    tarn = account()
    pk = act("=SUM(1)", source=("account", tarn))
    services.move_due(actor=cast.bo, ids=[pk], due=date(2026, 12, 1), now=now)
    lines = (
        b"".join(signed_in(cast.dee).get("/actions.csv").streaming_content).decode().splitlines()
    )
    assert lines[0].startswith("Key,What,Owner,Due,First due,Moved,State")
    assert lines[1].startswith(
        f"ACT-{pk},'=SUM(1),Bo Decider,2026-12-01,2026-11-22,1,Open,,Follow up,ACC-{tarn},"
    )


def test_bulk_moves_finishes_and_is_taken_back(signed_in, cast, act):
    ids = [act(f"Number {n}", days=0, at=None) for n in range(3)]
    client = signed_in(cast.ann)
    ActionItem.objects.update(due=date(2999, 1, 1), original_due=date(2999, 1, 1))
    client.post("/actions/bulk", {"action": "move", "value": "in 2 weeks", "ids": ids[:2]})
    assert ActionItem.objects.filter(moves=1).count() == 2
    page = text(client.get("/actions"))
    assert "2\u00a0action items due" in page
    client.post("/actions/bulk", {"action": "finish", "ids": ids})
    assert set(ActionItem.objects.values_list("state", flat=True)) == {"done"}
    client.post("/undo")
    assert set(ActionItem.objects.values_list("state", flat=True)) == {"open"}
    refused = client.post("/actions/bulk", {"action": "drop", "value": "", "ids": ids})
    assert refused.status_code == 422
    viewer = signed_in(cast.dee).post("/actions/bulk", {"action": "finish", "ids": ids})
    assert viewer.status_code == 403


def test_the_form_says_everything_that_is_wrong_at_once(signed_in, cast, account):
    client, tarn = signed_in(cast.ann), account()
    page = text(client.get(f"/actions/new?about=account:{tarn}"))
    assert "Tarn" in page
    assert 'value="Ann Asker"' in page
    page = text(client.post("/actions/new", {"text": "", "owner": "Zoe", "due": "someday"}), 422)
    for said in ("Say what is to be done", "Nobody here is called Zoe", "is not a day"):
        assert said in page
    made = client.post(
        "/actions/new",
        {
            "text": "Call",
            "owner": "bo@oakrow.example",
            "due": "in 2 weeks",
            "about": f"account:{tarn}",
        },
    )
    row = ActionItem.objects.get()
    assert made["Location"] == f"/actions/{row.pk}"
    assert (row.owner_id, row.source_id) == (cast.bo.user_id, tarn)


def test_adding_in_one_line_answers_the_section(signed_in, cast, account, now):
    client, tarn = signed_in(cast.ann), account()
    about = f"account:{tarn}"
    page = text(add(client, about=about, due="in 2 weeks"))
    assert "Call Tarn" in page
    assert ActionItem.objects.get().owner_id == cast.ann.user_id
    page = text(add(client, about=about, due="yesterday"), 422)
    assert "is not a day" in page
    assert 'value="Call Tarn"' in page
    page = text(add(client, about=about, due="2020-01-01"), 422)
    assert "That day is over" in page
    assert add(client, about="account:987").status_code == 404
    assert add(client, about="nonsense").status_code == 404
    assert client.get("/actions/add").status_code == 404
    plain = client.post(
        "/actions/add",
        {"text": "No script", "due": "2w", "about": about, "back": f"/accounts/{tarn}"},
    )
    assert plain["Location"] == f"/accounts/{tarn}"
    evil = client.post(
        "/actions/add", {"text": "No script", "due": "2w", "about": about, "back": "//evil.example"}
    )
    assert evil["Location"] == f"/accounts/{tarn}"
    assert add(signed_in(cast.dee), about=about).status_code == 403


def test_the_page_of_one(signed_in, cast, act, account, now):
    pk = act(source=("account", account()))
    client = signed_in(cast.ann)
    page = text(client.get(f"/actions/{pk}"))
    for said in ("Call Tarn", "Tarn", "Bo Decider", "wrote it down"):
        assert said in page
    client.post(f"/actions/{pk}/start")
    assert ActionItem.objects.get().state == "in_progress"
    client.post(f"/actions/{pk}/move", {"due": SOON.isoformat()})
    client.post(f"/actions/{pk}/move", {"due": "gibberish"})
    assert "is not a day" in text(client.get(f"/actions/{pk}"))
    client.post(f"/actions/{pk}/drop", {"reason": "Tarn left"})
    page = text(client.get(f"/actions/{pk}"))
    assert "Tarn left" in page
    assert f"moved it from 22 Nov 2026 to {SOON:%-d %b %Y}" in page
    client.post(f"/actions/{pk}/reopen")
    client.post(f"/actions/{pk}/finish")
    assert ActionItem.objects.get().state == "done"
    assert client.post(f"/actions/{pk}/dance").status_code == 404
    assert client.get(f"/actions/{pk}/finish").status_code == 404
    assert client.post("/actions/987/finish").status_code in (302, 404)
    viewer = signed_in(cast.dee)
    page = text(viewer.get(f"/actions/{pk}"))
    assert "/reopen" not in page
    assert viewer.post(f"/actions/{pk}/reopen").status_code == 403


def test_inline_edits_and_their_conflict(signed_in, cast, act):
    pk = act()
    client = signed_in(cast.ann)
    edit = f"/edit/action-item/{pk}"
    assert "Cy Shipper" in text(client.post(f"{edit}/owner", {"value": "Cy Shipper", "version": 1}))
    text(client.post(f"{edit}/due", {"value": SOON.isoformat(), "version": 1}), 412)
    text(client.post(f"{edit}/due", {"value": "", "version": 2}), 422)
    text(client.post(f"{edit}/owner", {"value": "", "version": 2}), 422)
    text(client.post(f"{edit}/state", {"value": "done", "version": 2}))
    assert ActionItem.objects.get().state == "done"
    assert signed_in(cast.dee).post(f"{edit}/state", {"value": "open"}).status_code == 403


def test_the_navigation_counts_what_is_due(signed_in, cast, act, now):
    act(days=0, at=now.replace(year=2025))
    act(days=2, at=now.replace(year=2998))
    page = text(signed_in(cast.bo).get("/actions"))
    nav = page[page.index('aria-label="Main"') : page.index("</nav>")]
    assert 'Actions</span><span class="n">1<' in nav
