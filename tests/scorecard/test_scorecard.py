"""The scorecard's promises: read and never typed, frozen once, missing said, undone, reviewed side by side."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loopline.core.problems import Conflict, Invalid, NotAllowed
from loopline.platform.blocks import registry
from loopline.platform.undo import steps
from loopline.slices.dashboards import services as boards
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.measures import services as measures
from loopline.slices.playbook.scorecard import changing, pace
from loopline.slices.playbook.scorecard.reading import read
from loopline.slices.releases.models import Release

pytestmark = pytest.mark.django_db


def metric(bo, now, name="Rotas published", values=((60, 40.0), (1, 46.0)), unit="%"):
    made = measures.create_metric(actor=bo, name=name, unit=unit, now=now - timedelta(days=90))
    for days, value in values:
        at = now - timedelta(days=days)
        measures.record_value(actor=bo, metric_id=made, value=value, at=at, now=at)
    return made


def begun(bo, now, days=60):
    return changing.begin(actor=bo, now=now - timedelta(days=days))


def line(bo, now, outcome):
    return next(r for r in read(bo, now).lines if r.outcome == outcome)


def with_metric(bo, now, **values):
    made = metric(bo, now)
    begun(bo, now, 50)
    return changing.add_row(
        actor=bo, now=now - timedelta(days=50),
        changes={"outcome": "Published", "source": f"metric id={made}", "six": "48", "twelve": "60"} | values,
    )  # fmt: skip


def test_eight_outcomes_begin_and_an_empty_workspace_says_what_to_connect(cast, now):
    begun(cast.bo, now)
    card = read(cast.dee, now)
    assert [r.outcome for r in card.lines] == [f[0] for f in changing.FIRST]
    for r in card.lines:
        assert (r.said.value, r.baseline) == (None, None), r.outcome
        assert r.said.missing, r.outcome
        assert r.said.connect, r.outcome
        assert r.judged.state == "unmeasured"
        assert r.judged.share is None
        assert r.history == ()
    assert changing.begin(actor=cast.bo, now=now) == card.doc_id


def test_a_baseline_is_what_was_read_then_and_does_not_change(cast, now):
    row = with_metric(cast.bo, now)
    then = now - timedelta(days=30)
    assert changing.take_baseline(actor=cast.bo, now=then) == 1
    base = line(cast.bo, now, "Published").baseline
    assert (base.value, base.at) == (40.0, now - timedelta(days=60))
    assert changing.take_baseline(actor=cast.bo, now=now) == 0
    r = line(cast.bo, now, "Published")
    assert (r.baseline, r.said.value, r.id) == (base, 46.0, row)
    assert [v for _, v in r.history] == [40.0, 46.0]
    assert r.judged.target == 48
    assert r.judged.share == pytest.approx(0.75)
    assert r.judged.state == "on_way"


def test_another_source_begins_anew_and_the_old_one_waits(cast, now):
    row = with_metric(cast.bo, now)
    changing.take_baseline(actor=cast.bo, now=now - timedelta(days=30))
    was = line(cast.bo, now, "Published")
    changing.change_row(actor=cast.bo, row_id=row, changes={"source": "dashboards-owned"}, now=now)
    other = line(cast.bo, now, "Published")
    assert other.baseline is None
    assert other.judged.state == "unmeasured"
    changing.change_row(actor=cast.bo, row_id=row, changes={"source": was.source}, now=now)
    assert line(cast.bo, now, "Published").baseline == was.baseline


def test_an_outcome_taken_off_comes_back_with_its_baseline(cast, now):
    row = with_metric(cast.bo, now)
    changing.take_baseline(actor=cast.bo, now=now - timedelta(days=30))
    before = line(cast.bo, now, "Published")
    token = changing.remove_row(actor=cast.bo, row_id=row, now=now)
    assert "Published" not in [r.outcome for r in read(cast.bo, now).lines]
    steps.undo(actor=cast.bo, token=token, now=now)
    assert line(cast.bo, now, "Published") == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome": " "}, "outcome"), ({"source": ""}, "source"), ({"source": "no-such-block"}, "source"),
        ({"source": "}} {{metric id=1"}, "source"), ({"six": "soon"}, "six"), ({"better": "sideways"}, "better"),
        ({"outcome": "x" * 600}, "outcome"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_its_field(cast, now, changes, field):
    begun(cast.bo, now)
    good = {"outcome": "Told", "source": "line-health days=90", "six": "30"}
    with pytest.raises(Invalid) as wrong:
        changing.add_row(actor=cast.bo, changes=good | changes, now=now)
    assert list(wrong.value.errors) == [field]


def test_who_reads_may_not_change(cast, now):
    begun(cast.bo, now)
    for who in (cast.dee, cast.ann):
        for act in (
            lambda w: changing.take_baseline(actor=w, now=now),
            lambda w: changing.add_row(actor=w, changes={}, now=now),
            lambda w: changing.review(actor=w, said={}, now=now),
            lambda w: changing.remove_row(actor=w, row_id="x", now=now),
        ):
            with pytest.raises(NotAllowed):
                act(who)


def test_a_reading_a_week_and_none_twice(cast, now):
    boards.create_dashboard(actor=cast.bo, name="Mine", now=now - timedelta(days=40))
    begun(cast.bo, now, 30)
    first = line(cast.bo, now, "Dashboards with an owner")
    assert first.baseline.value == 100
    assert changing.keep_readings(actor=cast.bo, now=now - timedelta(days=29)) == 0
    assert changing.keep_readings(actor=cast.bo, now=now - timedelta(days=20)) == 1
    assert changing.keep_readings(actor=cast.bo, now=now - timedelta(days=20)) == 0
    changing.read_all.func()
    assert len(line(cast.bo, now, "Dashboards with an owner").history) >= 3


def test_a_review_keeps_the_quarter_with_a_sentence_each(cast, now):
    with_metric(cast.bo, now)
    changing.take_baseline(actor=cast.bo, now=now - timedelta(days=30))
    lines = read(cast.bo, now).lines
    with pytest.raises(Invalid) as wrong:
        changing.review(actor=cast.bo, said={lines[0].id: "Slow."}, now=now)
    assert set(wrong.value.errors) == {r.id for r in lines[1:]}
    said = {r.id: f"{r.outcome} so far." for r in lines}
    made = changing.review(actor=cast.bo, said=said, now=now)
    with pytest.raises(Conflict):
        changing.review(actor=cast.bo, said=said, now=now)
    kept = docs.one(actor=cast.dee, doc_id=made).kept
    assert kept[lines[-1].id]["value"] == 46.0
    assert kept[lines[0].id]["value"] is None
    later = now + timedelta(days=90)
    measures.record_value(
        actor=cast.bo, metric_id=int(lines[-1].source.split("=")[1]), value=20, at=later, now=later
    )
    changing.review(actor=cast.bo, said=said, now=later + timedelta(hours=1))
    card = read(cast.dee, later + timedelta(hours=1))
    assert [v.quarter for v in card.reviews] == ["Q4 2026", "Q1 2027"]
    own = [v.lines[lines[-1].id] for v in card.reviews]
    assert own[0][:2] == ("46 %", "On the way")
    assert own[1][:2] == (
        "20 %",
        "Worse than the baseline",
    )


def test_checklists_intake_and_owners_are_counted(cast, now):
    at = now - timedelta(days=3)
    for version, done in (("1", 2), ("2", 1)):
        Release.objects.create(
            version_name=version, state="shipped", shipped_at=at, created_at=at, updated_at=at,
            checklist=[{"text": str(n), "done": n < done} for n in range(2)],
        )  # fmt: skip
    boards.create_dashboard(actor=cast.bo, name="Mine", now=now)
    assert registry.show(cast.dee, "checklists-followed", {}, now).value == 75
    assert registry.show(cast.dee, "dashboards-owned", {}, now).value == 100
    missing = registry.show(cast.dee, "intake-share", {}, now)
    assert missing.value is None
    assert missing.missing
    assert missing.connect


def test_blocks_say_the_whole_and_one(cast, now):
    nothing = registry.show(cast.dee, "scorecard", {}, now)
    assert nothing.missing
    assert nothing.value is None
    row = with_metric(cast.bo, now)
    changing.take_baseline(actor=cast.bo, now=now - timedelta(days=30))
    whole = registry.show(cast.dee, "scorecard", {}, now)
    assert whole.value == 1
    assert whole.rows[-1].cells == (
        "Published",
        "40 %",
        "46 %",
        "48 %",
        "On the way",
    )
    one = registry.show(cast.dee, "scorecard-row", {"row": row}, now)
    assert one.value == 46
    assert "from 40 %, target 48 %" in one.sentence
    other = registry.show(cast.dee, "scorecard-row", {"row": read(cast.dee, now).lines[0].id}, now)
    assert other.value is None
    assert other.missing


@pytest.mark.parametrize("who", ["dee", "ann", "bo"])
def test_pages_open_empty_and_full(signed_in, cast, now, who):
    client = signed_in(getattr(cast, who))
    assert "Nothing is promised" in client.get("/scorecard").content.decode()
    row = with_metric(cast.bo, now)
    changing.take_baseline(actor=cast.bo, now=now - timedelta(days=30))
    page = client.get("/scorecard").content.decode()
    assert "Published" in page
    assert "46 %" in page
    assert "not measured" in page
    assert "Set it up" in page
    assert ('action="/scorecard/rows' in page) == (who == "bo")
    assert client.get(f"/scorecard?edit={row}").status_code == 200
    assert client.get("/scorecard/review").status_code == (200 if who == "bo" else 403)
    refused = client.post("/scorecard/rows", {"outcome": "", "source": ""})
    assert refused.status_code == (422 if who == "bo" else 403)


def test_the_page_goes_round_by_posting(signed_in, cast, now):
    client = signed_in(cast.bo)
    client.post("/scorecard/new")
    made = metric(cast.bo, now)
    values = {
        "outcome": "Told in time",
        "source": f"metric id={made}",
        "better": "higher",
        "six": "80",
        "twelve": "90",
        "owner": "Bo",
    }
    assert client.post("/scorecard/rows", values).status_code == 302
    row = read(cast.bo, now).lines[-1]
    assert (row.outcome, row.six, row.owner) == ("Told in time", "80", "Bo")
    assert client.post(f"/scorecard/rows/{row.id}", {"twelve": "nine"}).status_code == 422
    assert client.post(f"/scorecard/rows/{row.id}", {"twelve": "95"}).status_code == 302
    assert client.post("/scorecard/baseline").status_code == 302
    words = {f"said-{r.id}": "Fine." for r in read(cast.bo, now).lines}
    assert client.post("/scorecard/review", {}).status_code == 422
    assert client.post("/scorecard/review", words).status_code == 302
    assert "Quarter by quarter" in client.get("/scorecard").content.decode()
    assert client.post(f"/scorecard/rows/{row.id}/remove").status_code == 302


def test_queries_do_not_grow_with_metrics(signed_in, cast, now):
    begun(cast.bo, now)
    client = signed_in(cast.dee)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/scorecard").status_code == 200
        return len(seen)

    for n in range(2):
        changing.add_row(
            actor=cast.bo,
            changes={"outcome": "A", "source": f"metric id={metric(cast.bo, now, f'A{n}')}"},
            now=now,
        )
    few = queries()
    for n in range(12):
        changing.add_row(
            actor=cast.bo,
            changes={"outcome": "B", "source": f"metric id={metric(cast.bo, now, f'B{n}')}"},
            now=now,
        )
    changing.take_baseline(actor=cast.bo, now=now)
    assert queries() == few <= 60


def test_its_page_among_the_docs_opens_and_may_be_written_in(signed_in, cast, now):
    doc = begun(cast.bo, now)
    assert "Cycle time" in signed_in(cast.dee).get(f"/docs/{doc}").content.decode()
    writing.change_row(
        actor=cast.bo, doc_id=doc, key="rows", row_id=read(cast.bo, now).lines[0].id, values={"six": "banana"}, now=now
    )  # fmt: skip
    assert read(cast.bo, now).lines[0].judged.state == "unmeasured"
    assert signed_in(cast.dee).get("/scorecard").status_code == 200


def test_by_program(client, token, cast, now):
    assert client.get("/api/v1/scorecard", headers=token("viewer")).status_code == 404
    with_metric(cast.bo, now)
    changing.take_baseline(actor=cast.bo, now=now - timedelta(days=30))
    got = client.get("/api/v1/scorecard", headers=token("viewer")).json()
    rows = {r["outcome"]: r for r in got["rows"]}
    assert rows["Published"]["now"]["value"] == 46
    assert rows["Published"]["baseline"]["value"] == 40
    assert rows["Cycle time"]["now"] is None
    assert rows["Cycle time"]["missing"]
    assert {r["standing"] for r in got["rows"]} <= set(pace.WORDS)
