"""Stages: proposed from counts, set on the company sheet; practices stand by the data or by hand; founders' gaps."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loopline.core.problems import Invalid, NotAllowed
from loopline.platform.blocks import registry
from loopline.platform.entrance.services import set_team
from loopline.slices.customers.services import Who
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.services import NewDoc
from loopline.slices.feedback import services as intake
from loopline.slices.playbook.plays import company, mapping, stage, standing

pytestmark = pytest.mark.django_db


def heard(who, now, days, n=1):
    for i in range(n):
        ask = intake.NewFeedback(
            source="form", external_id=f"{who.user_id}-{days}-{i}", title=f"Talk {i}", verbatim="Words",
            received_at=now - timedelta(days=days), submitted_by=who.user_id, who=Who(account_name="Vitalis"),
        )  # fmt: skip
        intake.receive_feedback(actor=who, ask=ask, now=now - timedelta(days=days))


def sheet(actor, now, *founders, **values):
    made = writing.create_doc(actor=actor, new=NewDoc("", "company-sheet"), now=now)
    for key, value in values.items():
        writing.fill(actor=actor, doc_id=made, key=key, value=str(value), now=now)
    for name in founders:
        writing.add_row(actor=actor, doc_id=made, key="founders", values={"name": name}, now=now)
    return made


def test_the_stage_is_proposed_from_people_and_squads_until_somebody_sets_it(cast, now):
    assert stage.proposed().key == "seed"
    assert "6 people have a seat here" in stage.proposed().why.replace("\xa0", " ")
    for i in range(4):
        set_team(actor=cast.ada, name=f"Squad {i}", member_ids=[], now=now)
    assert stage.proposed().key == "series_a"  # four squads are more than a seed company has
    made = sheet(cast.bo, now, people=84)
    assert "84 people work here" in stage.proposed().why.replace("\xa0", " ")
    assert stage.chosen() == ""
    stage.set_stage(actor=cast.bo, key="series_b", now=now)
    assert stage.here() == "series_b"
    assert docs.by_ids([made])[made].data["stage"] == "Series B"
    with pytest.raises(Invalid):
        stage.set_stage(actor=cast.bo, key="unicorn", now=now)
    with pytest.raises(NotAllowed):
        stage.set_stage(actor=cast.ann, key="seed", now=now)


def test_the_operating_model_carries_the_playbooks_words(cast, now):
    for key, s in mapping.stages().items():
        m = stage.model(cast.dee, key, now)
        assert len(m.practices) == len(s.practices) == 6
        assert all(p.why and p.href for p in s.practices)


def test_a_practice_stands_by_its_numbers(cast, now):
    heard(cast.bo, now, 1, 5)
    held = {h.practice.key: h for h in stage.model(cast.dee, "seed", now).practices}
    assert held["one-intake"].state == stage.IN_PLACE
    assert held["founders-hear"].state == stage.UNKNOWN
    assert held["founders-hear"].seen[0].shown.missing.startswith("No founders are named")
    assert held["few-numbers"].state == stage.ABSENT


def test_some_numbers_of_several_are_a_part(cast, now):
    heard(cast.bo, now, 5, 5)
    held = {h.practice.key: h for h in stage.model(cast.dee, "series_a", now).practices}
    assert held["intake-told"].state == stage.PARTLY
    assert held["launch-briefs"].state == stage.UNKNOWN


def test_a_mark_counts_before_the_numbers_and_goes_again(cast, now):
    stage.mark(actor=cast.bo, item="few-numbers", says="In place", note="On the wall", now=now)
    held = {h.practice.key: h for h in stage.model(cast.dee, "seed", now).practices}
    assert held["few-numbers"].state == stage.IN_PLACE
    assert held["few-numbers"].mark.by == "Bo Decider"
    stage.mark(actor=cast.bo, item="few-numbers", says="", now=now)
    held = {h.practice.key: h for h in stage.model(cast.dee, "seed", now).practices}
    assert held["few-numbers"].state == stage.ABSENT
    with pytest.raises(NotAllowed):
        stage.mark(actor=cast.ann, item="few-numbers", says="In place", now=now)
    with pytest.raises(Invalid):
        stage.mark(actor=cast.bo, item="few-numbers", says="Maybe", now=now)


def test_the_next_practice_is_what_the_numbers_miss_or_what_somebody_chose(cast, now):
    m = stage.model(cast.dee, "seed", now)
    assert m.next.practice.key == "few-numbers"
    assert "None of the first metrics is installed" in m.reason
    stage.mark(actor=cast.bo, item="decision-log", says="Next", note="after the offsite", now=now)
    stage.mark(actor=cast.bo, item="checklist", says="Next", now=now)
    m = stage.model(cast.dee, "seed", now)
    assert (m.next.practice.key, m.reason) == ("checklist", "Bo Decider chose it.")
    assert "decision-log" not in stage.marks(docs.of_template("operating-model")[0])


def test_what_is_too_early_and_here_already_is_flagged(cast, now):
    assert stage.model(cast.dee, "seed", now).early == []
    stage.mark(actor=cast.bo, item="ops-team", says="In place", note="two hires", now=now)
    (early,) = stage.model(cast.dee, "seed", now).early
    assert early.remark.text == "A separate operations team"


def test_founders_are_read_from_the_sheet_and_their_gaps_are_named(cast, now):
    sheet(cast.bo, now, "Olu Owner", "Ada Admin", "Nobody Here")
    heard(cast.olu, now, 3, 2)
    heard(cast.ada, now, 30)
    olu, ada, nobody = company.founders(now)
    assert (len(olu.heard), olu.heard[0].whom, olu.quiet(now)) == (2, "Vitalis", False)
    assert ada.quiet(now)
    assert nobody.user_id is None
    shown = registry.show(cast.dee, "founders-heard", {}, now)
    assert shown.value == pytest.approx(33.3)
    assert "not Ada Admin, Nobody Here" in shown.sentence
    assert registry.show(cast.dee, "founder-share", {}, now).value == 100.0


def test_blocks_of_the_stage_say_so_before_the_first_look_and_after(cast, now):
    for name in ("stage", "practices-missing", "plays-standing"):
        assert "first look is still to come" in registry.show(cast.dee, name, {}, now).missing
    standing.reckon(now=now)
    shown = registry.show(cast.dee, "stage", {}, now)
    assert shown.value == 0
    assert shown.sentence.startswith("Seed: 0 of")
    assert registry.show(cast.dee, "practices-missing", {}, now).value == 6
    with CaptureQueriesContext(connection) as asked:
        registry.show(cast.dee, "plays-standing", {}, now)
    assert len(asked) <= 3


@pytest.mark.parametrize("who", ["dee", "ann", "bo"])
def test_the_page_opens_empty_and_full(signed_in, cast, now, who):
    client = signed_in(getattr(cast, who))
    assert "The counts speak for Seed" in client.get("/stage").content.decode()
    sheet(cast.bo, now, "Olu Owner", "Ada Admin", stage="Seed")
    heard(cast.olu, now, 3, 2)
    page = client.get("/stage").content.decode().replace("\xa0", " ")
    assert "Heard nobody in the last 14 days: Ada Admin" in page
    assert ("/stage/mark" in page) == (who == "bo")
    for key in ("series_a", "series_b", "nonsense"):
        assert client.get(f"/stage?stage={key}").status_code == 200


def test_more_founders_and_marks_ask_no_more(signed_in, cast, now):
    client = signed_in(cast.bo)
    sheet(cast.bo, now, "Olu Owner", stage="Seed")
    client.get("/stage")
    with CaptureQueriesContext(connection) as few:
        client.get("/stage")
    doc = company.sheet().id
    for name in ("Ada Admin", "Cy Shipper"):
        writing.add_row(actor=cast.bo, doc_id=doc, key="founders", values={"name": name}, now=now)
        heard(getattr(cast, name.split(" ", maxsplit=1)[0].lower()), now, 2, 3)
    for key in ("few-numbers", "checklist", "ab-program"):
        stage.mark(actor=cast.bo, item=key, says="In place", now=now)
    client.get("/stage")
    with CaptureQueriesContext(connection) as many:
        client.get("/stage")
    assert len(many) <= len(few) + 6
    assert len(many) <= 80


def test_posts_of_the_page(signed_in, cast):
    client = signed_in(cast.bo)
    assert client.post("/stage/set", {"stage": "series_a"}).status_code == 302
    assert stage.here() == "series_a"
    assert client.post("/stage/set", {"stage": "x"}).status_code == 302
    sent = {"item": "governed", "says": "In place", "back": "series_a"}
    assert client.post("/stage/mark", sent)["Location"] == "/stage?stage=series_a"
    assert client.post("/stage/mark", {"item": "nonsense", "says": "In place"}).status_code == 404
    assert client.get("/stage/mark").status_code == 404
