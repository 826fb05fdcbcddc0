"""One session from its page to its summary, and what the clock does; each thing once."""

from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy

import pytest

from loopline.core.problems import Conflict, Invalid, NotAllowed
from loopline.platform.audit.models import AuditEntry
from loopline.platform.identity.models import User
from loopline.platform.notify.models import Notification
from loopline.platform.undo.steps import undo
from loopline.slices.actions import queries as actions
from loopline.slices.actions import services as action_services
from loopline.slices.decisions import queries as decisions
from loopline.slices.docs.models import Doc
from loopline.slices.rituals import jobs, queries, services
from loopline.slices.rituals.models import Seat, Session
from loopline.slices.rituals.queries import SESSION

pytestmark = pytest.mark.django_db


@pytest.fixture
def mails(monkeypatch, tmp_path):
    """Mails are files; answers (to, subject, text) of each."""
    monkeypatch.setenv("LOOPLINE_SMTP_URL", f"file://{tmp_path / 'mails'}")

    def read():
        found = []
        for file in sorted((tmp_path / "mails").glob("*.eml")):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            found.append((mail["To"], mail["Subject"], mail.get_content()))
        return found

    return read


def started(cast, session_id, now):
    s = Session.objects.get(pk=session_id)
    services.start(actor=cast.bo, session_id=session_id, now=s.at)
    return s.at


def test_the_next_sessions_are_there_with_their_pages_and_made_once(ritual, session, now):
    made = ritual()
    found = Session.objects.filter(ritual=made).order_by("slot")
    assert [s.slot for s in found] == [date(2026, 11, 20), date(2026, 11, 27)]
    assert jobs.make_all_ready(now=now) == jobs.make_all_ready(now=now) == 0
    assert Doc.objects.filter(template="ritual-weekly-review").count() == 2
    assert jobs.make_all_ready(now=now + timedelta(days=7)) == 1
    quarterly = ritual("Goals", cadence="quarterly", weekday=0, anchor=date(2026, 1, 5))
    assert [s.slot for s in Session.objects.filter(ritual=quarterly)] == [date(2027, 1, 4)]


def test_the_page_goes_out_once_before_its_time_and_is_frozen_then(
    ritual, session, cast, now, mails, run_jobs
):
    s = session(ritual(send_before=18))
    early = s.at - timedelta(hours=18, minutes=1)
    assert jobs.send_due(now=early) == 0
    assert jobs.send_due(now=early + timedelta(minutes=2)) == 3
    assert jobs.send_due(now=early + timedelta(hours=1)) == 0
    run_jobs()
    run_jobs()
    assert {to for to, *_ in mails()} == {
        "ann@oakrow.example",
        "bo@oakrow.example",
        "cy@oakrow.example",
    }
    assert len(mails()) == 3
    assert "Before Weekly review on Fri 20 Nov" in mails()[0][1]
    assert "What we promised (4 min)" in mails()[0][2]
    assert Notification.objects.filter(kind="ritual").count() == 3
    doc = Doc.objects.get(pk=s.doc_id)
    assert doc.kept_at is not None
    jobs.send_mail.func(
        "preread", Seat.objects.first().pk
    )  # the queue hands it out again after a crash
    assert len(mails()) == 3


def test_sample_data_sends_nothing(ritual, session, now, mails, run_jobs):
    s = session(ritual(sample=True))
    assert jobs.send_due(now=s.at - timedelta(hours=2)) == 3
    run_jobs()
    assert mails() == []


def test_nothing_goes_to_who_left_or_to_a_skipped_session(
    ritual, session, cast, now, mails, run_jobs
):
    s = session(ritual())
    other = session(ritual("Other"))
    User.objects.filter(pk=cast.cy.user_id).update(is_active=False)
    services.skip(actor=cast.ann, session_id=other.pk, reason="Holidays", now=now)
    assert jobs.send_due(now=s.at - timedelta(hours=2)) == 2


def test_from_start_to_summary(ritual, session, cast, now, mails, run_jobs):
    s = session(ritual())
    at = started(cast, s.pk, now)
    a = services.capture_action(
        actor=cast.bo, session_id=s.pk, line="@ann call Tarn by wed", now=at
    )
    mine = services.capture_action(
        actor=cast.bo, session_id=s.pk, line="Look at the numbers", now=at
    )
    d = services.capture_decision(
        actor=cast.bo, session_id=s.pk, line="Ship it, because it holds", now=at
    )
    made = actions.by_ids([a, mine])
    assert (made[a].owner, made[a].due, made[a].source) == (
        "Ann Asker",
        date(2026, 11, 25),
        (SESSION, s.pk),
    )
    assert (made[mine].owner, made[mine].due) == (
        "Bo Decider",
        date(2026, 11, 27),
    )  # the next session's day
    decided = decisions.by_ids([d])[d]
    assert (decided.chosen, decided.rationale, decided.state) == ("Ship it", "It holds", "decided")
    services.start(actor=cast.bo, session_id=s.pk, now=at + timedelta(minutes=9))  # started already
    told = services.finish(actor=cast.bo, session_id=s.pk, now=at + timedelta(minutes=42))
    assert told == 3
    assert services.finish(actor=cast.ann, session_id=s.pk, now=at + timedelta(minutes=43)) == 0
    run_jobs()
    row = Session.objects.get(pk=s.pk)
    assert (row.state, row.stopped_at - row.started_at) == ("held", timedelta(minutes=42))
    letters = [m for m in mails() if "1 decision, 2 action items" in m[1].replace("\u00a0", " ")]
    assert len(letters) == 3
    text = letters[0][2].replace("\u00a0", " ")
    assert "took 42 minutes, 12 min over" in text
    assert "Ship it (DEC-" in text
    assert "Ann Asker, by 25 Nov: Call Tarn" in text
    assert queries.came_of([s.pk])[s.pk] == (1, 2)
    with pytest.raises(Conflict):
        services.start(actor=cast.bo, session_id=s.pk, now=at + timedelta(hours=1))


def test_a_name_is_taken_whole(ritual, session, cast, now):
    s = session(ritual())
    at = started(cast, s.pk, now)
    User.objects.filter(pk=cast.ada.user_id).update(name="Anna Lund")
    User.objects.filter(pk=cast.olu.user_id).update(name="A")

    def owner(line):
        made = services.capture_action(actor=cast.bo, session_id=s.pk, line=line, now=at)
        return actions.by_ids([made])[made]

    assert owner("@Anna call Tarn").owner == "Anna Lund"
    assert owner("@ann call Tarn").owner == "Ann Asker"
    assert owner("@Ann Asker, call Tarn").text == "Call Tarn"
    assert owner("@nobody call Tarn").owner == "Bo Decider"


def test_what_is_open_is_carried_over_with_its_first_day(ritual, session, cast, now):
    made = ritual()
    first, second = Session.objects.filter(ritual=made).order_by("at")
    at = started(cast, first.pk, now)
    left = services.capture_action(
        actor=cast.bo, session_id=first.pk, line="Call Tarn by monday", now=at
    )
    done = services.capture_action(
        actor=cast.bo, session_id=first.pk, line="Call Lund by monday", now=at
    )
    services.finish(actor=cast.bo, session_id=first.pk, now=at)
    action_services.finish(actor=cast.bo, ids=[done], now=at)
    action_services.move_due(actor=cast.bo, ids=[left], due=date(2026, 12, 4), now=at)
    services.start(actor=cast.bo, session_id=second.pk, now=second.at)
    (found,) = actions.of_source(SESSION, second.pk)
    assert (found.id, found.original_due, found.due) == (
        left,
        date(2026, 11, 23),
        date(2026, 12, 4),
    )
    assert queries.came_of([second.pk])[second.pk] == (0, 0)  # carried over is not what came of it


def test_a_rating_is_a_count_and_nobody_s(ritual, session, cast, now):
    s = session(ritual())
    with pytest.raises(Conflict):
        services.rate(actor=cast.ann, session_id=s.pk, value=3, now=now)
    at = started(cast, s.pk, now)
    before = AuditEntry.objects.count()
    version = Session.objects.get(pk=s.pk).version
    services.rate(actor=cast.ann, session_id=s.pk, value=1, now=at)
    services.rate(actor=cast.bo, session_id=s.pk, value=4, now=at)
    for wrong in (-1, 5, True, "3"):
        with pytest.raises(Invalid):
            services.rate(actor=cast.cy, session_id=s.pk, value=wrong, now=at)
    with pytest.raises(Conflict):
        services.rate(actor=cast.ann, session_id=s.pk, value=4, now=at)
    row = Session.objects.get(pk=s.pk)
    assert row.ratings == [0, 1, 0, 0, 1]
    assert queries.shown_median(row) is None  # of two, each would know the other's
    assert (row.version, AuditEntry.objects.count()) == (
        version,
        before,
    )  # no trace of who, or when
    seats = Seat.objects.filter(session=s, rated=True)
    assert set(seats.values_list("user", flat=True)) == {cast.ann.user_id, cast.bo.user_id}
    assert {f.name for f in Seat._meta.get_fields()} == {
        "id", "session", "user", "there", "rated", "read_at", "preread_at", "summary_at"
    }  # fmt: skip
    row.ratings = [0, 1, 0, 1, 1]
    assert queries.shown_median(row) == 3.0


def test_four_ratings_of_one_person_say_nothing(ritual, past, cast, now):
    made = ritual()
    for weeks in range(1, 5):
        past(made, weeks, ratings=[0])
    row = queries.one(actor=cast.dee, ritual_id=made)
    how = queries.standings([row], now=now)[made]
    assert how.median is None
    assert "rating" not in {r.kind for r in how.reasons}


def test_reading_or_rating_makes_nobody_present(ritual, session, cast, now):
    s = session(ritual())
    services.acknowledge(actor=cast.dee, session_id=s.pk, now=now)
    assert Seat.objects.get(session=s, user=cast.dee.user_id).there is False


def test_skipping_needs_a_reason_and_can_be_taken_back(ritual, session, cast, now):
    s = session(ritual())
    with pytest.raises(Invalid):
        services.skip(actor=cast.ann, session_id=s.pk, reason=" ", now=now)
    token = services.skip(actor=cast.ann, session_id=s.pk, reason="Everybody is at Tarn", now=now)
    assert Session.objects.get(pk=s.pk).state == "skipped"
    undo(actor=cast.ann, token=token, now=now)
    assert Session.objects.get(pk=s.pk).state == "scheduled"
    started(cast, s.pk, now)
    with pytest.raises(Conflict):
        services.skip(actor=cast.ann, session_id=s.pk, reason="Late", now=now)


def test_what_nobody_started_counts_as_skipped(ritual, session, now):
    s = session(ritual())
    jobs.make_all_ready(now=s.at + timedelta(hours=35))
    assert Session.objects.get(pk=s.pk).state == "scheduled"
    jobs.make_all_ready(now=s.at + timedelta(hours=37))
    row = Session.objects.get(pk=s.pk)
    assert (row.state, row.skip_reason) == ("skipped", "Nobody started it.")


def test_a_new_time_moves_what_is_to_come_with_its_page(ritual, session, cast, now):
    made = ritual()
    kept = {s.pk: s.doc_id for s in Session.objects.filter(ritual=made)}
    services.change_ritual(
        actor=cast.bo, id_=made, changes={"weekday": 0, "at": time(9), "minutes": 45}, now=now
    )
    found = list(Session.objects.filter(ritual=made).order_by("at"))
    assert [s.slot for s in found] == [date(2026, 11, 23), date(2026, 11, 30)]
    assert {s.pk: s.doc_id for s in found} == kept
    assert {(s.minutes, s.at.hour) for s in found} == {(45, 9)}
    services.change_ritual(
        actor=cast.bo, id_=made, changes={"cadence": "monthly", "nth": 1}, now=now
    )
    assert [s.slot for s in Session.objects.filter(ritual=made)] == [date(2026, 12, 7)]
    assert jobs.make_all_ready(now=now) == 0


def test_one_session_moves_and_keeps_its_slot(ritual, session, cast, now):
    s = session(ritual())
    to = datetime(2026, 11, 23, 15, tzinfo=now.tzinfo)
    services.change_session(actor=cast.ann, id_=s.pk, changes={"at": to}, now=now)
    row = Session.objects.get(pk=s.pk)
    assert (row.at, row.slot) == (to, date(2026, 11, 20))
    for wrong in (
        {"at": now - timedelta(days=1)},
        {"at": now + timedelta(days=500)},
        {"minutes": 0},
    ):
        with pytest.raises(Invalid):
            services.change_session(actor=cast.ann, id_=s.pk, changes=wrong, now=now)
    again = services.add_session(actor=cast.ann, ritual_id=row.ritual_id, at=to, now=now)
    assert Session.objects.get(pk=again).doc_id
    with pytest.raises(Conflict):
        services.add_session(actor=cast.ann, ritual_id=row.ritual_id, at=to, now=now)


@pytest.mark.parametrize(
    ("kind", "field"), [("cancel", "state"), ("async", "reads"), ("shorten", "minutes")]
)
def test_a_proposal_is_followed_by_one_click_and_taken_back(ritual, past, cast, now, kind, field):
    made = ritual()
    for weeks in range(1, 5):
        past(made, weeks, ratings=[0, 1, 1])
    row = queries.one(actor=cast.dee, ritual_id=made)
    how = queries.standings([row], now=now)[made]
    assert {r.kind for r in how.reasons} == {"rating", "nothing"}
    assert how.offers[0].kind == "cancel"
    assert how.offers[0].saves == 6.5  # 3 people, 30 minutes, 52 / 12 times
    with pytest.raises(NotAllowed):
        services.accept(actor=cast.ann, ritual_id=made, kind=kind, now=now)
    before = getattr(row, field)
    token = services.accept(actor=cast.bo, ritual_id=made, kind=kind, now=now)
    assert getattr(queries.one(actor=cast.dee, ritual_id=made), field) != before
    undo(actor=cast.bo, token=token, now=now)
    assert getattr(queries.one(actor=cast.dee, ritual_id=made), field) == before
    assert Session.objects.filter(ritual=made, state="scheduled").count() == 2


def test_what_is_not_proposed_cannot_be_followed(ritual, cast, now):
    with pytest.raises(Conflict):
        services.accept(actor=cast.bo, ritual_id=ritual(), kind="cancel", now=now)


def test_roles(ritual, session, cast, now):
    s = session(ritual())
    new = services.NewRitual("Retro", "weekly", 0, time(9), 30)
    for who in (cast.dee, cast.ann):
        with pytest.raises(NotAllowed):
            services.create_ritual(actor=who, new=new, now=now)
    with pytest.raises(NotAllowed):
        services.start(actor=cast.dee, session_id=s.pk, now=s.at)
    at = started(cast, s.pk, now)
    with pytest.raises(NotAllowed):
        services.capture_decision(actor=cast.ann, session_id=s.pk, line="Ship it", now=at)
    services.acknowledge(actor=cast.dee, session_id=s.pk, now=at)
    assert Seat.objects.get(session=s, user=cast.dee.user_id).read_at == at


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "}, {"cadence": "daily"}, {"weekday": 7}, {"nth": 0}, {"minutes": 4}, {"minutes": 481},
        {"send_before": 0}, {"template": "brief"}, {"template": "nothing"}, {"team_id": 987}, {"attendee_ids": [987]},
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(ritual, wrong):
    name = wrong.pop("name", "Review")
    with pytest.raises(Invalid) as caught:
        ritual(name, **wrong)
    assert all(sentence.endswith(".") for sentence in caught.value.errors.values())
