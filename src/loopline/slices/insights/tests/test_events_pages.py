"""Pages of events: what arrives, the catalogue, one event, the keys."""

import pytest

from loopline.slices.insights import cataloguing, services
from loopline.slices.insights.models import EventName


@pytest.fixture
def filled(stored, now, db):
    stored(
        [("signup", f"p{n}", f"2026-11-{n + 1:02}T10:00", {"plan": "pro", "rows": n}) for n in range(9)]
        + [("sign up", "<b>mallory</b>", "2026-11-18T10:00", {"=x": '"><script>'})]
    )  # fmt: skip
    cataloguing.refresh(now)


def _text(client, path, status=200, **headers):
    answer = client.get(path, headers=headers)
    assert answer.status_code == status, answer.content[:600]
    return answer.content.decode()


def test_the_live_page_shows_the_newest_first_and_filters(filled, signed_in, cast):
    client = signed_in(cast.ann)
    page = _text(client, "/events")
    assert page.index("mallory") < page.index("p8")
    assert "<script>" not in page.split("<main")[1]
    assert "&lt;b&gt;mallory" in page
    rows = _text(client, "/events?person=P3", **{"HX-Request": "true"})
    assert "p3" in rows
    assert "p4" not in rows
    assert "<html" not in rows


def test_a_viewer_sees_events_and_no_persons(filled, signed_in, cast):
    client = signed_in(cast.dee)
    page = _text(client, "/events")
    assert "signup" in page
    assert "mallory" not in page
    assert "p3" not in _text(client, "/events?person=p3", **{"HX-Request": "true"}).replace(
        "p30", ""
    )


def test_without_events_the_page_says_how_to_send_one(stored, signed_in, cast):
    stored()
    page = _text(signed_in(cast.ada), "/events")
    assert "No event has arrived" in page
    for name in ("curl", "posthog", "segment", "mixpanel", "amplitude"):
        assert name in page
    assert "http://testserver/in/posthog" in page
    assert "No product event yet" in _text(signed_in(cast.ada), "/events/catalogue")


def test_the_catalogue_filters_and_gives_a_csv(filled, signed_in, cast, now):
    client = signed_in(cast.bo)
    services.plan_event(actor=cast.bo, name="trial started", now=now)
    page = _text(client, "/events/catalogue")
    assert page.index(">signup<") < page.index(">trial started<")
    assert "Better: signup" in page
    assert ">signup<" not in _text(client, "/events/catalogue?breaks=1")
    assert ">sign up<" in _text(client, "/events/catalogue?rule=near")
    assert ">trial started<" in _text(client, "/events/catalogue?state=planned")
    assert ">trial started<" in _text(client, "/events/catalogue?q=trial")
    for query in ("quiet=1", "unsaid=1", "unowned=0", "sort=seen", "sort=-name", "owner=1"):
        _text(client, f"/events/catalogue?{query}")
    text = b"".join(client.get("/events/catalogue.csv").streaming_content).decode()
    assert "signup,,live,9,9," in text


def test_many_get_an_owner_at_once(filled, signed_in, cast):
    ids = list(EventName.objects.values_list("pk", flat=True))
    body = {
        "action": "owner",
        "ids": ids,
        "value": str(cast.cy.user_id),
        "back": "/events/catalogue",
    }
    assert signed_in(cast.bo).post("/events/catalogue/bulk", body).status_code == 302
    assert EventName.objects.filter(owner_id=cast.cy.user_id).count() == len(ids)
    assert signed_in(cast.ann).post("/events/catalogue/bulk", body).status_code == 403


def test_the_page_of_an_event_says_how_many_and_what_it_carries(filled, signed_in, cast, now):
    row = EventName.objects.get(name="signup")
    services.save_report(
        actor=cast.bo,
        name="Onboarding",
        kind="funnel",
        body={"steps": [{"event": "signup"}]},
        now=now,
    )
    page = _text(signed_in(cast.bo), f"/events/catalogue/{row.pk}")
    assert "Sent 9" in page
    assert "by 9" in page
    assert "Onboarding" in page
    assert ">plan" in page
    assert "100" in page
    _text(signed_in(cast.bo), "/events/catalogue/987654", 404)


def test_fields_are_edited_in_place(filled, signed_in, cast):
    row = EventName.objects.get(name="signup")
    client, at = signed_in(cast.bo), f"/edit/event-name/{row.pk}/description"
    said = client.post(at, {"value": "Somebody made an account", "version": row.version})
    assert "Somebody made an account" in said.content.decode()
    plan = row.properties.get(name="plan")
    client.post(
        f"/edit/event-property/{plan.pk}/description", {"value": "Which plan", "version": 1}
    )
    plan.refresh_from_db()
    assert plan.description == "Which plan"
    refused = client.post(f"/edit/event-name/{row.pk}/state", {"value": "planned", "version": 2})
    assert refused.status_code == 422
    assert signed_in(cast.ann).post(at, {"value": "x", "version": 2}).status_code == 403


def test_keys_are_for_admins_and_shown_once(signed_in, cast, stored):
    stored()
    assert signed_in(cast.bo).get("/events/keys").status_code == 403
    client = signed_in(cast.ada)
    made = client.post("/events/keys", {"do": "create", "name": "Web"}).content.decode()
    key = made.split('class="mono wrap">')[1].split("<")[0]
    assert key.startswith("ll_in")
    assert key in made.split("Use it")[1]
    assert key not in _text(client, "/events/keys")
    assert client.post("/events/keys", {"do": "create", "name": "Web"}).status_code == 422
    other = client.post(
        "/events/keys", {"do": "rotate", "name": "Web", "days": "3"}
    ).content.decode()
    assert "shown once" in other
    assert (
        client.post("/events/keys", {"do": "rotate", "name": "Web", "days": "x"}).status_code == 422
    )
    assert client.post("/events/keys", {"do": "revoke", "name": "Web"}).status_code == 302
    assert "No key yet" in _text(client, "/events/keys")


def test_a_page_costs_the_same_with_more_events(
    stored, signed_in, cast, now, django_assert_max_num_queries
):
    client = signed_in(cast.bo)
    counts = []
    for start, end in ((0, 5), (5, 40)):
        stored(
            [
                (f"event {chr(97 + n // 26)}{chr(97 + n % 26)}", "p", "2026-11-18T10:00")
                for n in range(start, end)
            ]
        )
        cataloguing.refresh(now)
        EventName.objects.update(owner_id=cast.cy.user_id)
        client.get("/events/catalogue")
        with django_assert_max_num_queries(60) as found:
            client.get("/events/catalogue")
        counts.append(len(found))
    assert counts[1] <= counts[0]


def test_what_was_turned_away_shows_why_and_how_it_began(stored, settings, signed_in, cast):
    from contextlib import closing

    from django.utils import timezone

    from loopline.slices.insights import asking
    from loopline.warehouse import refusals, tail

    stored([("signup", "a", "2026-11-18T10:00")])
    at = asking.micros(timezone.now())
    with closing(tail.Tail(settings.LOOPLINE_EVENTS).connect()) as db:
        refusals.add_up(db, {("posthog", "no event name"): 3}, at)
        refusals.keep(
            db, [refusals.Sample(at, "posthog", "no event name", '{"distinct_id": "<u>"}')]
        )
    page = _text(signed_in(cast.ann), "/events")
    assert "no event name" in page
    assert "&lt;u&gt;" in page
    assert "&lt;u&gt;" not in _text(signed_in(cast.dee), "/events")
    assert "no event name" not in _text(signed_in(cast.ann), "/events?dialect=segment")
