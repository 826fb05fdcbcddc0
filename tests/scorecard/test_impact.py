"""The impact report: one report, drawn twice with the same words and numbers; frozen, it stays."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from loopline.core.problems import NotAllowed
from loopline.platform.blocks import registry
from loopline.slices.decisions import services as decisions
from loopline.slices.home.weighing import impact
from loopline.slices.home.weighing.pdf import pdf, printable
from loopline.slices.measures import services as measures
from loopline.slices.playbook.scorecard import changing
from loopline.slices.releases.models import Release
from loopline.slices.roadmap import services as roadmap


@pytest.fixture
def year(cast, now):
    """A scorecard begun half a year ago with one outcome that came on, one that went wrong and eight unmeasured."""
    bo, then = cast.bo, now - timedelta(days=180)
    changing.begin(actor=bo, now=then)
    for name, better, values in (
        ("Rotas published", "higher", (40.0, 47.5)),
        ("Days to «told» & back", "lower", (12, 15)),
    ):
        made = measures.create_metric(actor=bo, name=name, unit="%", now=then - timedelta(days=9))
        for days, value in zip((182, 2), values, strict=True):
            at = now - timedelta(days=days)
            measures.record_value(actor=bo, metric_id=made, value=value, at=at, now=at)
        changing.add_row(
            actor=bo, now=then,
            changes={"outcome": name, "source": f"metric id={made}", "better": better, "owner": "Bo Decider",
                     "six": "48" if better == "higher" else "9"},
        )  # fmt: skip
    changing.take_baseline(actor=bo, now=then)
    made = decisions.open_decision(actor=bo, question="Which?", now=now - timedelta(days=9))
    decisions.decide(
        actor=bo,
        decision_id=made,
        chosen="This",
        rationale="It is <better>.",
        now=now - timedelta(days=8),
    )
    bet = roadmap.create_bet(actor=bo, title="A kiosk <for> the wall", now=now - timedelta(days=60))
    roadmap.decline_bet(
        actor=bo, bet_id=bet, reason="Nobody stands there.", now=now - timedelta(days=50)
    )
    at = now - timedelta(days=20)
    Release.objects.create(
        version_name="2.1", state="shipped", shipped_at=at, created_at=at, updated_at=at
    )
    return bo


def words(text):
    return re.sub(r"\s+", " ", text.replace("\xa0", " ")).strip()


def seen(page):
    body = page.content.decode().split('aria-label="Impact report">')[1].split("</article>")[0]
    return words(unescape(re.sub(r"<[^>]+>", " ", body)))


def read_pdf(data):
    """The text of all pages without any space: a line may break in a cell."""
    pages = [p.extract_text() for p in PdfReader(BytesIO(data)).pages]
    return re.sub(r"\s+", "", "".join(pages))


def test_page_and_pdf_say_the_same(year, cast, now, signed_in):
    client = signed_in(cast.dee)
    page = seen(client.get("/impact"))
    answer = client.get("/impact.pdf")
    assert answer["Content-Type"] == "application/pdf"
    text = read_pdf(answer.content)
    found = impact.report(cast.dee, timezone.now())  # the page and the PDF are of today
    said = [found.title, found.headline, found.period, found.fair]
    said += [p.text for _, points in found.sections for p in points]
    said += [head for head, _ in found.sections]
    for o in found.outcomes:
        said += [
            o.name,
            o.baseline,
            o.baseline_on,
            o.now,
            o.target,
            o.standing,
            o.owner,
            o.definition,
            o.measured_at,
        ]
    for part in said:
        assert words(part) in page, part
        assert re.sub(r"\s+", "", printable(part)) in text, part
    assert {"47.5 %", "not measured"} <= {o.now for o in found.outcomes}


def test_what_did_not_work_is_in_it(year, cast, now):
    found = dict(impact.report(cast.dee, now).sections)
    wrong = " ".join(p.text for p in found["What did not work"])
    assert "Days to «told» & back: from 12 % to 15 %" in wrong
    assert "A kiosk <for> the wall was declined." in wrong
    did = " ".join(p.text for p in found["What we did"])
    assert "2\xa0decisions made, 2 with the reason written down." in did  # declining is one
    assert "1\xa0release reached users, none rolled back." in did
    assert all(p.href for p in found["What we did"])


def test_a_frozen_report_stays(year, cast, now, signed_in):
    made = impact.keep(actor=cast.bo, now=now)
    before = impact.kept(cast.dee, made)
    assert before == impact.report(cast.bo, now)
    decisions.open_decision(actor=cast.bo, question="Another?", now=now)
    row = next(r for r in changing.read(cast.bo, now).lines if r.outcome == "Rotas published")
    changing.remove_row(actor=cast.bo, row_id=row.id, now=now)
    assert impact.kept(cast.dee, made) == before != impact.report(cast.bo, now)
    client = signed_in(cast.dee)
    assert "47.5 %" in seen(client.get(f"/impact/{made}"))
    assert "47.5%" in read_pdf(client.get(f"/impact/{made}.pdf").content)
    assert client.get("/impact/987654").status_code == 404


def test_who_reads_may_not_freeze(year, cast, now, signed_in):
    with pytest.raises(NotAllowed):
        impact.keep(actor=cast.ann, now=now)
    assert signed_in(cast.ann).post("/impact/keep").status_code == 403
    assert signed_in(cast.bo).post("/impact/keep").status_code == 302


def test_an_empty_workspace_has_a_page_and_a_pdf(db, cast, now, signed_in):
    client = signed_in(cast.dee)
    assert "There is no scorecard yet" in seen(client.get("/impact"))
    assert "Thereisnoscorecardyet" in read_pdf(client.get("/impact.pdf").content)
    shown = registry.show(cast.dee, "impact", {}, now)
    assert (shown.value, bool(shown.missing)) == (None, True)


def test_the_same_report_gives_the_same_bytes(year, cast, now):
    found = impact.report(cast.dee, now)
    assert pdf(found) == pdf(found)


@pytest.mark.parametrize(
    "text", ["中文 😀 Ω", "a\x00b\x07c", "<b>&amp;</i>", "ffi ﬃ", "", "x" * 5000]
)
def test_any_words_make_a_pdf(text):
    outcome = impact.Outcome(*[text] * 6, "good", text, "/x", text, text)
    sections = ((text, (impact.Point(text),)),)
    report = impact.Report(*[text] * 5, ((text,) * 4,), sections, (outcome,))
    assert pdf(report).startswith(b"%PDF-")


def test_by_program_and_in_a_bounded_number_of_queries(year, cast, client, token, signed_in):
    got = client.get("/api/v1/impact", headers=token("viewer")).json()
    assert [s["title"] for s in got["sections"]] == [
        "What we did",
        "What it brought",
        "What did not work",
    ]
    assert len(got["outcomes"]) == 10
    signed_in(cast.dee)
    with CaptureQueriesContext(connection) as seen_:
        assert client.get("/impact").status_code == 200
    assert len(seen_) <= 60
