"""Docs out of date, who is reminded, who hears after two weeks, and what may go."""

from datetime import date, timedelta

import pytest

from loopline.platform.events.outbox import Happened
from loopline.platform.notify.models import Notification
from loopline.slices.docs import handlers, jobs, queries, services
from loopline.slices.docs.mentions import replaces
from loopline.slices.docs.models import Doc
from loopline.slices.docs.rules import reminder


@pytest.fixture
def metric(cast, now):
    from django.apps import apps

    row = apps.get_model("measures", "Metric").objects.create(
        name="Activation rate", created_at=now, updated_at=now
    )
    return row.pk


def redefined(metric, now):
    """As the outbox tells it."""
    happened = Happened(1, "metric.redefined", now, None, {"metric_id": metric, "number": 2})
    handlers.when_changed(None, happened)


def test_a_new_definition_puts_docs_that_show_the_metric_out_of_date_with_the_reason(
    make, read, cast, now, metric
):
    by_block = make("Brief", body=f"{{{{metric id={metric}}}}}\n")
    by_key = make("Brief 2", body=f"We look at MET-{metric}.")
    other = make("Brief 3", body="Nothing named.")
    redefined(metric, now)
    for pk in (by_block, by_key):
        assert (
            read(pk).stale_why == f"MET-{metric} Activation rate got a new definition on 19\xa0Nov"
        )
        assert queries.standing_of(read(pk), now.date()) == "stale"
    assert read(other).stale_at is None
    services.review(actor=cast.bo, doc_id=by_key, now=now)
    assert read(by_key).stale_at is None


def test_a_record_of_its_day_and_a_frozen_page_stay_as_they_are(make, read, cast, now, metric):
    note = make("Notes", body=f"MET-{metric}")
    Doc.objects.filter(pk=note).update(review_on=None, review_every=None)
    frozen = make("Report", body=f"MET-{metric}")
    services.keep_blocks(actor=cast.bo, doc_id=frozen, kept={}, now=now)
    redefined(metric, now)
    assert [read(pk).stale_at for pk in (note, frozen)] == [None, None]


def test_what_was_looked_over_after_the_change_knows_of_it(make, read, cast, now, metric):
    seen, later = make("Seen", body=f"MET-{metric}"), now + timedelta(hours=1)
    services.review(actor=cast.bo, doc_id=seen, now=later)
    written = make("Written", body=f"MET-{metric}", at=later)
    redefined(metric, now)
    assert [read(pk).stale_at for pk in (seen, written)] == [None, None]


def test_the_first_reason_stands(make, read, cast, now, metric):
    pk = make("Brief", body=f"MET-{metric}")
    services.mark_stale(actor=cast.bo, refs=[("metric", metric)], why="First", now=now)
    services.mark_stale(actor=cast.bo, refs=[("metric", metric)], why="Second", now=now)
    assert read(pk).stale_why == "First"


def test_what_was_put_away_and_what_replaces_it(make, read, cast, now, metric):
    from django.apps import apps

    pk, old = make("Brief", body=f"MET-{metric}"), make("Old", body="x")
    apps.get_model("measures", "Metric").objects.filter(pk=metric).update(archived_at=now)
    assert jobs.gone(now=now) == 1
    assert jobs.gone(now=now) == 0
    assert "was put away" in read(pk).stale_why
    new = make("New", body=f"Replaces DOC-{old}.")
    assert read(old).stale_why == f"DOC-{new} New replaces it"


def test_what_a_text_says_it_replaces():
    assert replaces("Replaces DOC-1, DOC-2 and DOC-3. See DOC-9.") == {1, 2, 3}
    assert replaces("supersedes doc-4") == {4}
    assert replaces("It replaces the printer.") == set()


D = date(2026, 12, 10)


@pytest.mark.parametrize(
    ("before", "told", "step"),
    [
        (8, None, ""),
        (7, None, "soon"),
        (6, None, "soon"),
        (3, 7, ""),
        (0, 7, "due"),
        (0, 0, ""),
        (-1, 7, "late"),
        (-1, 0, ""),
        (-6, 0, ""),
        (-7, 0, "late"),
        (-8, -7, ""),
        (-30, None, "late"),
    ],
)
def test_reminders_come_a_week_ahead_on_the_day_and_weekly_after(before, told, step):
    reminded = None if told is None else D - timedelta(days=told)
    assert reminder(D, reminded, D - timedelta(days=before)) == step


def test_one_message_a_person_and_day(make, cast, now):
    for n in range(3):
        pk = make(f"Doc {n}", body="x")
        Doc.objects.filter(pk=pk).update(review_on=now.date() + timedelta(days=n))
    assert jobs.remind(now=now) == 1
    assert jobs.remind(now=now) == 0
    told = Notification.objects.get(user_id=cast.bo.user_id)
    assert told.text.replace("\xa0", " ") == "3 docs of yours to look over, 1 of them due by now"
    assert jobs.remind(now=now.replace(hour=3) + timedelta(days=30)) == 0  # at night
    assert jobs.remind(now=now + timedelta(days=30)) == 1


def test_after_two_weeks_the_admins_hear_once_a_week(make, cast, now):
    pk = make("Late", body="x")
    Doc.objects.filter(pk=pk).update(review_on=now.date() - timedelta(days=13))
    assert jobs.escalate(now=now) == 0
    for days in (1, 1):
        assert jobs.escalate(now=now + timedelta(days=days)) == 1
    told = set(Notification.objects.filter(kind="doc").values_list("user_id", flat=True))
    assert told == {cast.ada.user_id, cast.olu.user_id}
    assert Notification.objects.filter(kind="doc").count() == 2


def test_what_may_go_says_why_and_comes_back(make, cast, now, signed_in, read):
    old, fine = make("Old", body="x", at=now - timedelta(days=200)), make("Fine", body="y")
    Doc.objects.filter(pk=old).update(owner=None, stale_at=now - timedelta(days=70))
    (found,) = queries.to_prune(on=now.date())
    assert found.doc.pk == old
    assert found.reasons == (
        "out of date for 70 days",
        "nobody has opened it",
        "nobody owns it",
    )
    client = signed_in(cast.bo)
    assert b"nobody owns it" in client.get("/docs/prune").content
    assert client.post("/docs/prune", {}).status_code == 422
    assert client.post("/docs/prune", {"id": [str(old)]}).status_code == 302
    assert read(old).archived_at is not None
    services.bring_back(actor=cast.bo, ids=[old], now=now)
    assert read(old).archived_at is None
    assert read(fine).archived_at is None
