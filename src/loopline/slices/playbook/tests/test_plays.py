"""Plays: each says what this workspace has, from its data, with the day, and to whom it may be shown."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loopline.platform.blocks import registry
from loopline.platform.identity.actor import Actor, Role, Via
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.services import NewDoc
from loopline.slices.feedback import services as intake
from loopline.slices.playbook.content import book
from loopline.slices.playbook.models import Reckoning
from loopline.slices.playbook.plays import library, mapping, standing

pytestmark = pytest.mark.django_db


def came(bo, now, n=4, days=1, source="form"):
    for i in range(n):
        ask = intake.NewFeedback(
            source=source, external_id=f"{source}-{days}-{i}", title=f"Ask {i}", verbatim="Words",
            received_at=now - timedelta(days=days), submitted_by=bo.user_id if source == "form" else None,
        )  # fmt: skip
        intake.receive_feedback(actor=bo, ask=ask, now=now - timedelta(days=days))


def test_every_evidence_of_the_playbook_has_a_sign_and_every_sign_a_known_block():
    known = registry.known()
    assert list(mapping.plays()) == [p["id"] for p in book()["plays"]]
    for raw in book()["plays"]:
        p = mapping.plays()[raw["id"]]
        assert [e.shows for e in p.evidence] == [e["shows"] for e in raw["evidence"]]
        assert p.station in mapping.STATIONS
        assert p.href.startswith("/")
    used = {e.sign for p in mapping.plays().values() for e in p.evidence}
    for s in mapping.stages().values():
        used |= {x for p in s.practices for x in p.signs}
        used |= {r.sign for r in (*s.too_early, *s.ready) if r.sign}
    for key in used:
        one = mapping.sign(key)
        if not one.block:
            assert one.missing, key
            continue
        assert one.block in known, key
        assert set(one.params) <= {x.name for x in known[one.block].params}, key
    assert set(mapping.signs()) == {k.partition(":")[0] for k in used}


def test_an_empty_workspace_says_what_to_connect_and_claims_nothing(cast, now):
    standing.reckon(now=now)
    found = standing.every(cast.dee, standing.last_look())
    assert len(found) == 24
    assert not [s.play.slug for s in found if s.state == standing.FOUND]
    for s in found:
        for r in s.rows:
            assert r.seen.measured or r.seen.shown.missing, r.entry.name
    row = Reckoning.objects.get()
    assert "intake-share" not in row.values  # not measured is no zero


def test_the_look_finds_what_is_there_and_keeps_the_day(cast, now):
    came(cast.bo, now)
    standing.reckon(now=now)
    found = {s.play.slug: s for s in standing.every(cast.dee, standing.last_look())}
    play = found["feedback-to-roadmap"]
    assert play.state == standing.FOUND
    assert play.rows[0].seen.here.replace("\xa0", " ") == "100 %"
    assert play.rows[0].seen.good is True
    assert play.rows[0].seen.shown.href == "/line/health"
    assert standing.last_look().at == now
    assert found["experiment-rules"].state == standing.UNMEASURED


def test_a_second_look_replaces_the_day_and_old_words_go(cast, now):
    came(cast.bo, now, days=8)
    standing.reckon(now=now - timedelta(days=7))
    standing.reckon(now=now)
    standing.reckon(now=now)
    assert Reckoning.objects.count() == 2
    assert Reckoning.objects.order_by("day").first().said == {}
    weeks = standing.history(["repeats"], now.date())["repeats"]
    assert len(weeks) == 13
    assert weeks[-2:] == (0.0, 0.0)  # asked a week apart, so one in each of the last two weeks
    assert weeks[0] is None
    later = standing.history(["repeats"], now.date() + timedelta(days=5))["repeats"]
    assert later[-2:] == (0.0, 0.0)  # also where nobody looked on this very day


def test_what_somebody_may_not_read_is_not_shown_from_the_look(cast, now):
    came(cast.bo, now)
    standing.reckon(now=now)
    narrow = Actor(Role.VIEWER, Via.API, scopes=frozenset({"play:read"}))
    found = {s.play.slug: s for s in standing.every(narrow, standing.last_look())}
    seen = found["feedback-to-roadmap"].rows[0].seen
    assert not seen.measured
    assert seen.shown.missing == "You may not see this."


def test_the_list_asks_the_same_however_many_plays_have_something(signed_in, cast, now):
    client = signed_in(cast.bo)
    client.get("/plays")
    with CaptureQueriesContext(connection) as empty:
        assert "still to come" in client.get("/plays").content.decode()
    came(cast.bo, now)
    standing.reckon(now=now)
    client.get("/plays")
    with CaptureQueriesContext(connection) as full:
        page = client.get("/plays").content.decode()
    assert len(full) <= len(empty) <= 15
    assert "From feedback to roadmap, and back" in page
    assert "Evidence found" in page


@pytest.mark.parametrize("who", ["dee", "ann", "bo"])
def test_every_play_opens_empty_and_full_within_bounds(signed_in, cast, now, who):
    client = signed_in(getattr(cast, who))
    for number in range(1, 25):
        assert client.get(f"/plays/{number}").status_code == 200
    came(cast.bo, now)
    library.add_practice(actor=cast.bo, title="A reading hour", play="feedback-to-roadmap", now=now)
    client.get("/plays/3")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/plays/3").content.decode().replace("\xa0", " ")
    assert len(asked) <= 60
    assert "100 %" in page
    assert 'href="/line/health"' in page
    assert "A reading hour" in page
    assert ("Keep the notes" in page) == (who != "dee")
    assert client.get("/plays/99").status_code == 404


def test_notes_are_kept_once_and_a_second_writer_sees_both(signed_in, cast, now):
    client = signed_in(cast.ann)
    assert client.post("/plays/3/notes", {"notes": "Sales notes come late."}).status_code == 302
    assert client.post("/plays/3/notes", {"notes": "Mine.", "was": ""}).status_code == 409
    sent = {"notes": "Sales notes come in now.", "was": "Sales notes come late."}
    assert client.post("/plays/3/notes", sent).status_code == 302
    (doc,) = docs.of_template("play-notes")
    assert doc.data["notes"] == "Sales notes come in now."
    assert client.post("/plays/4/notes", {"notes": " "}).status_code == 422
    assert "Sales notes come in now." in client.get("/plays/3").content.decode()


def test_what_was_tried_goes_into_the_library_with_its_play(signed_in, cast):
    client = signed_in(cast.ann)
    answer = client.post("/plays/18/tried", {"title": "Stand-ups in writing", "again": "Kept"})
    assert answer.status_code == 302
    (p,) = library.practices(play="rituals-worth-their-time")
    assert (p.title, p.again, p.play) == ("Stand-ups in writing", "Kept", 18)
    for sent in ({"title": ""}, {"title": "x", "again": "Maybe"}, {"title": "x" * 300}):
        assert client.post("/plays/18/tried", sent).status_code == 422


def test_who_only_reads_is_refused(signed_in, cast):
    client = signed_in(cast.dee)
    for url in ("/plays/look", "/plays/3/notes", "/plays/3/tried", "/stage/set", "/stage/mark", "/library/add",
                "/library/share-outs/prepare", "/library/feeds/follow"):  # fmt: skip
        assert client.post(url, {"title": "x"}).status_code == 403, url
    assert signed_in(cast.ann).post("/plays/look").status_code == 403
    assert docs.of_template("practice") == []


def test_a_look_by_hand(signed_in, cast):
    assert signed_in(cast.bo).post("/plays/look").status_code == 302
    assert Reckoning.objects.count() == 1


def test_use_my_evidence_puts_the_numbers_with_their_day_into_the_answer(signed_in, cast, now):
    client = signed_in(cast.ann)
    came(cast.bo, now)
    page = client.post(
        "/prepare/questions/3/practise", {"text": "I would start small.", "use": "evidence"}
    )
    words = page.content.decode().replace("\xa0", " ")
    assert page.status_code == 200
    assert "I would start small." in words
    assert "100 % of 4 items in the last 90 days came through the intake" in words
    assert "(as of " in words
    none = client.post("/prepare/questions/8/practise", {"text": "", "use": "evidence"})
    assert "Nothing that fits this question is measured here yet" in none.content.decode()


def test_the_company_sheet_fills_the_places_of_a_sample_answer(signed_in, cast, now):
    made = writing.create_doc(actor=cast.bo, new=NewDoc("", "company-sheet"), now=now)
    writing.fill(actor=cast.bo, doc_id=made, key="product", value="Rotas for wards", now=now)
    page = signed_in(cast.bo).get("/prepare/questions/22").content.decode()
    assert "Rotas for wards" in page
    assert "[product]" not in page


def test_the_api_tells_where_each_play_stands(client, token, cast, now):
    came(cast.bo, now)
    standing.reckon(now=now)
    got = client.get("/api/v1/plays", headers=token("viewer")).json()
    assert len(got["items"]) == 24
    third = got["items"][2]
    assert (third["number"], third["title"]) == (3, "From feedback to roadmap, and back")
    assert third["standing"] == "found"
    assert third["as_of"] == "2026-11-19T09:30:00Z"
    assert third["evidence"][0] == {
        "name": "Inbox", "shows": "all channels in one intake with verbatim and source", "value": 100.0, "unit": "%",
        "good": True, "says": third["evidence"][0]["says"], "missing": "", "url": "/line/health",
    }  # fmt: skip
    found = [i for i in got["items"] if i["standing"] == "unmeasured"]
    assert all(e["value"] is None for i in found for e in i["evidence"])


def test_plays_are_found_by_search(client, token):
    from loopline.slices.playbook.plays.menu import index_plays

    index_plays()
    got = client.get("/api/v1/search?q=experiments+with+rules", headers=token("viewer")).json()
    assert any(i["url"] == "/plays/8" for i in got["items"]), got
