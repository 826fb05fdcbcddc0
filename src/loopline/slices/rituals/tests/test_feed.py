"""The calendar by a secret link: what it holds, for whom, and how its text is written."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopline.core.calendar import ics
from loopline.platform.entrance import feeds
from loopline.platform.identity.models import User
from loopline.platform.settings import options
from loopline.slices.rituals import services
from loopline.slices.rituals.models import Session
from loopline.slices.rituals.views.feed import events_of

BERLIN = ZoneInfo("Europe/Berlin")


def unfolded(text):
    return text.replace("\r\n ", "").split("\r\n")


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_line_is_longer_than_75_octets_and_nothing_is_lost(title):
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    text = ics.calendar("Oakrow", [ics.Event("a@b", at, 30, title, at)])
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (found,) = [line for line in unfolded(text) if line.startswith("SUMMARY:")]
    plain = re.sub(
        r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], found.removeprefix("SUMMARY:")
    )
    wanted = "".join(
        c for c in title.replace("\r\n", "\n") if c == "\n" or (ord(c) >= 32 and c != "\x7f")
    )
    assert plain == wanted
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 1


@pytest.mark.django_db
def test_times_are_right_across_summer_time_and_uids_stay(ritual, cast, now):
    options.change(actor=cast.olu, values={"zone": "Europe/Berlin"}, now=now)
    made = ritual(now=datetime(2027, 3, 15, 9, tzinfo=UTC))
    at = datetime(2027, 3, 16, 9, tzinfo=UTC)
    found = [e for e in events_of(cast.ann, at) if e.uid.startswith(f"ritual-{made}-")]
    assert len(found) == 13
    assert {e.start.astimezone(BERLIN).hour for e in found} == {10}
    assert {e.start.astimezone(UTC).hour for e in found} == {9, 8}
    later = {e.uid for e in events_of(cast.ann, at + timedelta(days=7))}
    assert {e.uid for e in found} <= later
    s = Session.objects.filter(ritual=made).order_by("at").first()
    moved = s.at + timedelta(hours=5)
    services.change_session(actor=cast.ann, id_=s.pk, changes={"at": moved}, now=at)
    same = next(e for e in events_of(cast.ann, at) if e.uid == found[0].uid)
    assert (same.start, same.sequence) == (moved, 2)


@pytest.mark.django_db
def test_a_calendar_holds_one_person_s_own(ritual, cast, now):
    ritual("Review")
    ritual("Board", attendee_ids=[cast.cy.user_id])
    block = services.Block(1, time(9), 90, "building", "Import")
    services.add_block(actor=cast.ann, monday=date(2026, 11, 16), block=block, now=now)
    titles = {e.title for e in events_of(cast.ann, now)}
    assert titles == {"Review", "Focus: building"}
    assert {e.title for e in events_of(cast.cy, now)} == {"Review", "Board"}
    assert events_of(cast.dee, now) == []


@pytest.mark.django_db
def test_skipped_ones_are_cancelled_and_paused_ones_gone(ritual, session, cast, now):
    made = ritual()
    s = session(made)
    services.skip(actor=cast.ann, session_id=s.pk, reason="Holidays", now=now)
    found = [e for e in events_of(cast.ann, now) if e.start == s.at]
    assert [e.cancelled for e in found] == [True]
    services.set_state(actor=cast.bo, ritual_id=made, state="paused", now=now)
    assert [e for e in events_of(cast.ann, now) if not e.cancelled] == []


@pytest.mark.django_db
def test_the_link_opens_without_a_sign_in_until_it_is_taken_back(client, signed_in, cast, now):
    assert feeds.token(actor=cast.ann, purpose="calendar") == ""
    signed_in(cast.ann).post("/rituals/feed", {"on": "1"})
    token = feeds.token(actor=cast.ann, purpose="calendar")
    client.logout()
    answer = client.get(f"/feeds/calendar/{token}.ics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.content.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    for wrong in (token[:-1], token + "x", "x"):
        assert client.get(f"/feeds/calendar/{wrong}.ics").status_code == 404
    with pytest.raises(Exception, match="feed"):
        feeds.actor_of(token, purpose="other")
    feeds.renew(actor=cast.ann, purpose="calendar", now=now)
    assert client.get(f"/feeds/calendar/{token}.ics").status_code == 404
    newer = feeds.token(actor=cast.ann, purpose="calendar")
    assert client.get(f"/feeds/calendar/{newer}.ics").status_code == 200
    User.objects.filter(pk=cast.ann.user_id).update(is_active=False)
    assert client.get(f"/feeds/calendar/{newer}.ics").status_code == 404
    User.objects.filter(pk=cast.ann.user_id).update(is_active=True)
    feeds.renew(actor=cast.ann, purpose="calendar", on=False, now=now)
    assert client.get(f"/feeds/calendar/{newer}.ics").status_code == 404
