"""Pages: the calendar, one ritual, one session run by forms, the week; what each costs in queries."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from loopline.slices.rituals import services
from loopline.slices.rituals.models import Ritual, Session, Week

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def text(response, status=200):
    assert response.status_code == status, response.content[:600]
    return response.content.decode()


@pytest.fixture
def today(ritual):
    """A ritual made with the machine's clock, for pages that look at it; its next session may be started."""

    def make(name="Weekly review", **values):
        now = timezone.now()
        made = ritual(name, now=now, weekday=(now + timedelta(days=1)).weekday(), **values)
        s = Session.objects.filter(ritual=made).order_by("at").first()
        Session.objects.filter(pk=s.pk).update(at=now + timedelta(minutes=5))
        return made, s.pk

    return make


def test_an_empty_calendar_offers_to_make_one(signed_in, cast):
    assert "Nobody meets here yet" in text(signed_in(cast.bo).get("/rituals"))
    assert "/rituals/new" not in text(signed_in(cast.ann).get("/rituals"))


def test_a_ritual_is_made_in_one_form(signed_in, cast):
    client = signed_in(cast.bo)
    form = text(client.get("/rituals/new?template=ritual-retro"))
    assert 'value="ritual-retro" selected' in form
    assert "<html" not in text(client.get("/rituals/new", headers=HTMX))
    wrong = {"name": "", "cadence": "weekly", "weekday": "x", "at": "25:00", "minutes": "many"}
    page = text(client.post("/rituals/new", wrong), 422)
    for said in ("is no whole number", "is no time"):
        assert said in page
    given = {
        "name": "Retro", "cadence": "fortnightly", "weekday": "3", "at": "14:30", "minutes": "45",
        "template": "ritual-retro", "attendees": [str(cast.ann.user_id)],
    }  # fmt: skip
    at = client.post("/rituals/new", given)["Location"]
    page = text(client.get(at))
    assert "Every second Thursday at 14:30, 45 minutes, 2 people." in page.replace("\u00a0", " ")
    assert "RIT-" in page
    assert "Retro" in text(client.get("/rituals"))
    assert "Retro" in b"".join(client.get("/rituals.csv").streaming_content).decode()


def test_the_calendar_shows_costs_ratings_and_what_to_prune(signed_in, cast, ritual, past, now):
    made = ritual("Status round", now=timezone.now())
    for weeks in range(1, 5):
        row = Session.objects.get(pk=past(made, weeks, ratings=[0, 1, 1]))
        shift = timezone.now() - now
        Session.objects.filter(pk=row.pk).update(at=row.at + shift)
    page = text(signed_in(cast.bo).get("/rituals"))
    assert "does not seem worth its time" in page
    assert "The last four were rated 1 of 4" in page
    assert "6.5 h" in page
    assert f'action="/rituals/{made}/accept"' in page
    assert "accept" not in text(signed_in(cast.ann).get("/rituals"))
    client = signed_in(cast.bo)
    client.post(f"/rituals/{made}/accept", {"how": "cancel", "back": "/rituals"})
    page = text(client.get("/rituals"))
    assert "Undo" in page
    assert "Not held now" in page


def test_a_session_by_its_forms(signed_in, cast, today):
    _, pk = today()
    client, at = signed_in(cast.bo), f"/rituals/sessions/{pk}"
    page = text(client.get(at))
    for said in ("I have read it", "What moved", "8 minutes", "Start"):
        assert said in page
    assert "Write" not in text(client.get(at)).split("<aside")[1].split("Captured")[0]
    client.post(f"{at}/read")
    assert "1 of 1 read it" in text(client.get(at)) or "1 of 3 read it" in text(client.get(at))
    client.post(f"{at}/start")
    page = text(client.get(at))
    assert "loop-clock" in page
    assert "Next item" in page
    piece = text(client.post(f"{at}/action", {"line": "@ann call Tarn by friday"}, headers=HTMX))
    assert "Call Tarn" in piece
    assert "<html" not in piece
    assert "Ship it" in text(
        client.post(f"{at}/decision", {"line": "Ship it, because it holds"}, headers=HTMX)
    )
    refused = client.post(f"{at}/action", {"line": "@ann"}, headers=HTMX)
    assert text(refused, 422).startswith("Say what is to be done")
    assert "You rated it" in text(client.post(f"{at}/rate", {"value": "3"}, headers=HTMX))
    assert "You have rated it" in text(client.post(f"{at}/rate", {"value": "0"}, headers=HTMX), 422)
    client.post(f"{at}/finish")
    page = text(client.get(at))
    assert "got what came of it" in page
    assert "held" in page
    assert Session.objects.get(pk=pk).ratings == [0, 0, 0, 1, 0]
    for bad in ("nothing", "start%20"):
        assert client.post(f"{at}/{bad}").status_code == 404
    assert client.post(f"{at}/move", {"at": "soon"}).status_code == 302


def test_a_viewer_reads_and_changes_nothing(signed_in, cast, today):
    made, pk = today()
    client = signed_in(cast.dee)
    for page in (
        "/rituals",
        f"/rituals/{made}",
        f"/rituals/sessions/{pk}",
        "/rituals/sessions",
        "/week",
    ):
        assert client.get(page).status_code == 200
    for page in (f"/rituals/sessions/{pk}/start", f"/rituals/{made}/retire", "/week/add"):
        assert client.post(page).status_code == 403
    assert client.get("/rituals/new").status_code == 403


def queries(client, url):
    text(client.get(url))
    with CaptureQueriesContext(
        connection,
    ) as found:
        text(client.get(url))
    return len(found)


def test_more_rituals_and_sessions_cost_no_more_queries(signed_in, cast, ritual, past, today):
    made, pk = today()
    for weeks in (1, 2):
        past(made, weeks, ratings=[3, 3, 3])
    client = signed_in(cast.bo)
    pages = [
        "/rituals",
        f"/rituals/{made}",
        "/rituals/sessions",
        "/week",
        f"/rituals/sessions/{pk}",
    ]
    few = {p: queries(client, p) for p in pages}
    for n in range(6):
        other = ritual(f"Other {n}", now=timezone.now())
        for weeks in range(1, 9):
            past(other, weeks, ratings=[3, 3, 3])
    for weeks in range(3, 20):
        past(made, weeks, ratings=[3, 3, 3])
    for page, before in few.items():
        assert queries(client, page) <= before + 1, page
    assert few["/rituals"] <= 24


def test_a_week_of_one_s_own(signed_in, cast, now):
    client, monday = signed_in(cast.ann), "2026-11-16"
    assert "No session was held with you" in text(client.get(f"/week?week={monday}"))
    given = {
        "week": monday,
        "day": "1",
        "at": "9.30",
        "minutes": "90",
        "hat": "building",
        "note": "Sheets of Tarn",
    }
    client.post("/week/add", given)
    page = text(client.get("/week?week=2026-11-18"))
    assert "Building" in page
    assert "Sheets of Tarn" in page
    row = Week.objects.get(user=cast.ann.user_id)
    assert (row.monday, row.blocks[0]["at"]) == (date(2026, 11, 16), "09:30")
    for wrong in ({"hat": "sleeping"}, {"minutes": "5"}, {"day": "9"}, {"at": "noon"}):
        client.post("/week/add", given | wrong)
    assert len(Week.objects.get(pk=row.pk).blocks) == 1
    client.post("/week/hats", {"week": "2026-11-23", "hats": "planning, Selling"})
    client.post("/week/copy", {"week": "2026-11-23"})
    page = text(client.get("/week?week=2026-11-23"))
    assert "selling" in page
    assert "Sheets of Tarn" in page
    client.post("/week/remove", {"week": monday, "block": row.blocks[0]["id"]})
    assert Week.objects.get(pk=row.pk).blocks == []
    assert "Undo" in text(client.get(f"/week?week={monday}"))
    assert client.get("/week?week=never").status_code == 422
    assert "Sheets of Tarn" not in text(
        signed_in(cast.bo).get("/week?week=2026-11-23")
    )  # nobody else's


def test_a_week_says_where_it_went(cast, ritual, session, now):
    from loopline.slices.rituals.pages import my_week

    s = session(ritual())
    services.start(actor=cast.bo, session_id=s.pk, now=s.at)
    services.finish(actor=cast.bo, session_id=s.pk, now=s.at + timedelta(minutes=90))
    block = services.Block(0, time(9), 120, "metrics review")
    services.add_block(actor=cast.ann, monday=date(2026, 11, 16), block=block, now=now)
    found = my_week(cast.ann, date(2026, 11, 16), now)
    by = {w.hat: (w.set_aside, w.in_sessions) for w in found["went"]}
    assert by["metrics review"] == (2.0, 1.5)
    assert by["building"] == (0.0, None)  # nothing measured is nothing, not zero
    services.attend(actor=cast.bo, session_id=s.pk, user_ids=[cast.bo.user_id], now=now)
    assert my_week(cast.ann, date(2026, 11, 16), now)["held"] == []


def test_every_template_is_read_and_has_an_agenda_and_a_rating_at_its_end(cast):
    from loopline.slices.docs.templating import templates
    from loopline.slices.rituals.rules import HAT_OF, agenda

    made = {k: t for k, t in templates().items() if k in HAT_OF}
    assert len(made) == len(HAT_OF) == 9
    for t in made.values():
        items = agenda(t.body)
        assert items[-1].title == "Was it worth the time?", t.key
        assert sum(i.minutes for i in items) >= 20, t.key


def test_retired_ones_leave_the_calendar(signed_in, cast, today):
    made, pk = today("Old habit")
    client = signed_in(cast.bo)
    client.post(f"/rituals/{made}/retire")
    assert Ritual.objects.get(pk=made).state == "retired"
    assert f"/rituals/sessions/{pk}" not in text(client.get("/rituals"))
    client.post(f"/rituals/{made}/resume")
    assert f"/rituals/sessions/{pk}" in text(client.get("/rituals"))
