"""Writing in docs: places, lines, ticks, versions, freezing, putting away, and what is refused."""

from datetime import date, timedelta

import pytest

from loopline.core.problems import Conflict, Invalid, Missing, NotAllowed, Stale
from loopline.platform.audit.queries import history
from loopline.platform.events.models import OutboxEvent
from loopline.platform.search.queries import search
from loopline.platform.undo import steps
from loopline.slices.docs import pages, rules, services
from loopline.slices.docs.models import DocVersion


def part(doc, actor, now, key):
    return next(p for p in pages.page_parts(actor, doc, now) if p.place and p.place.key == key)


def test_a_doc_takes_its_templates_words_review_day_and_owner(make, read, cast, now):
    doc = read(make(""))
    assert doc.title == "Every place"
    assert "{{fill notes}}" in doc.body
    assert doc.review_on == date(2026, 12, 19)
    assert doc.owner_id == cast.bo.user_id
    blank = read(make("Words", body="Hello"))
    assert blank.review_on == date(2027, 5, 18)


@pytest.mark.parametrize(
    ("title", "more", "field"),
    [
        ("", {"body": ""}, "title"),
        ("   ", {"body": "x"}, "title"),
        ("x" * 201, {"body": ""}, "title"),
        ("Ok", {"body": "x" * (rules.MOST_BODY + 1)}, "body"),
        ("Ok", {"template": "nothing-such"}, "template"),
    ],
)
def test_what_cannot_be_a_doc_says_why(make, title, more, field):
    with pytest.raises(Invalid) as refused:
        make(title, **more)
    assert field in refused.value.errors


@pytest.mark.parametrize(
    ("key", "raw", "kept"),
    [
        ("notes", "  two\nlines ", "  two\nlines"),
        ("stage", "series a", "Series A"),
        ("size", "1,5", 1.5),
        ("size", "1 234.5", 1234.5),
        ("day", "2026-11-20", "2026-11-20"),
    ],
)
def test_filling_keeps_what_was_meant(make, read, cast, now, key, raw, kept):
    pk = make()
    services.fill(actor=cast.ann, doc_id=pk, key=key, value=raw, now=now)
    assert read(pk).data[key] == kept
    services.fill(actor=cast.ann, doc_id=pk, key=key, value=" ", now=now)
    assert key not in read(pk).data


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("stage", "Series Z"),
        ("size", "many"),
        ("size", "1e999"),
        ("size", "nan"),
        ("day", "tomorrow"),
        ("day", "2026-13-40"),
        ("notes", "x" * 20_001),
    ],
)
def test_filling_refuses_with_a_sentence(make, read, cast, now, key, raw):
    pk = make()
    with pytest.raises(Invalid) as refused:
        services.fill(actor=cast.bo, doc_id=pk, key=key, value=raw, now=now)
    assert refused.value.sentence.endswith(".")
    assert read(pk).data == {}


def test_who_writes_over_somebody_sees_both(make, read, cast, now):
    pk = make()
    services.fill(actor=cast.ann, doc_id=pk, key="notes", value="Mine", was="", now=now)
    with pytest.raises(Stale) as stale:
        services.fill(actor=cast.bo, doc_id=pk, key="notes", value="Other", was="", now=now)
    assert stale.value.facts["theirs"] == "Mine"
    services.fill(actor=cast.bo, doc_id=pk, key="notes", value="Other", was="Mine", now=now)
    assert read(pk).data["notes"] == "Other"


def test_filling_is_in_the_history_the_search_and_the_outbox(make, cast, now):
    pk = make("Findings")
    services.fill(actor=cast.ann, doc_id=pk, key="notes", value="Zeppelin", now=now)
    entry = history(object_type="doc", object_id=pk)[0]
    assert (entry.action, entry.after["place"], entry.after["said"]) == (
        "doc.filled",
        "Notes",
        "Zeppelin",
    )
    assert any(hit.id == pk for hit in search(actor=cast.bo, text="zeppelin"))
    event = OutboxEvent.objects.get(type="doc.filled")
    assert event.payload == {"doc_id": pk, "template": "every-place", "place": "notes"}


def test_the_same_again_changes_nothing(make, read, cast, now):
    pk = make()
    services.fill(actor=cast.bo, doc_id=pk, key="notes", value="Once", now=now)
    version = read(pk).version
    services.fill(actor=cast.bo, doc_id=pk, key="notes", value="Once", now=now)
    assert read(pk).version == version


def test_lines_are_added_changed_removed_and_come_back_in_their_place(make, read, cast, now):
    pk = make()
    ids = [
        services.add_row(
            actor=cast.bo, doc_id=pk, key="lines", values={"what": w, "cost": c}, now=now
        )
        for w, c in (("A", "1"), ("B", ""), ("C", "2.5"))
    ]
    assert part(read(pk), cast.bo, now, "lines").total == 3.5
    services.change_row(
        actor=cast.bo, doc_id=pk, key="lines", row_id=ids[1], values={"tags": "x, Y, x"}, now=now
    )
    assert read(pk).data["lines"][1]["tags"] == ["x", "y"]
    token = services.remove_row(actor=cast.bo, doc_id=pk, key="lines", row_id=ids[1], now=now)
    assert [r["what"] for r in read(pk).data["lines"]] == ["A", "C"]
    steps.undo(actor=cast.bo, token=token, now=now)
    assert [r["what"] for r in read(pk).data["lines"]] == ["A", "B", "C"]


def test_a_line_without_words_and_one_too_many_are_refused(make, read, cast, now, monkeypatch):
    pk = make()
    with pytest.raises(Invalid, match="Write what"):
        services.add_row(actor=cast.bo, doc_id=pk, key="lines", values={"other": "x"}, now=now)
    monkeypatch.setattr(rules, "MOST_ROWS", 1)
    services.add_row(actor=cast.bo, doc_id=pk, key="lines", values={"what": "A"}, now=now)
    with pytest.raises(Invalid, match="at most 1 lines"):
        services.add_row(actor=cast.bo, doc_id=pk, key="lines", values={"what": "B"}, now=now)
    with pytest.raises(Missing):
        services.change_row(actor=cast.bo, doc_id=pk, key="lines", row_id="zz", values={}, now=now)
    with pytest.raises(Missing):
        services.fill(actor=cast.bo, doc_id=pk, key="lines", value="x", now=now)


def test_a_total_of_nothing_is_nothing(make, read, cast, now):
    pk = make()
    services.add_row(actor=cast.bo, doc_id=pk, key="lines", values={"what": "A"}, now=now)
    assert part(read(pk), cast.bo, now, "lines").total is None


def test_items_tick_by_hand_or_by_what_is_measured(make, read, cast, now, count):
    pk = make()

    def items():
        return {t.item.key: t.done for t in part(read(pk), cast.bo, now, "checks").items}

    assert items() == {"told": False, "count": False}
    services.tick(actor=cast.ann, doc_id=pk, key="checks", item="told", done=True, now=now)
    count["n"] = 3.0
    assert items() == {"told": True, "count": True}
    count["n"] = None
    assert items()["count"] is None
    assert pages.progress(part(read(pk), cast.bo, now, "checks").items) == (1, 2)
    services.tick(actor=cast.ann, doc_id=pk, key="checks", item="told", done=False, now=now)
    assert "checks" not in read(pk).data
    with pytest.raises(Conflict, match="ticks itself"):
        services.tick(actor=cast.bo, doc_id=pk, key="checks", item="count", done=True, now=now)
    with pytest.raises(Missing):
        services.tick(actor=cast.bo, doc_id=pk, key="checks", item="zz", done=True, now=now)


def test_a_frozen_page_says_what_it_said(make, read, cast, now, count):
    pk = make()
    kept = pages.frozen(cast.bo, read(pk), now)
    services.keep_blocks(actor=cast.bo, doc_id=pk, kept=kept, now=now)
    count["n"] = 99.0
    shown = {p.block.name: p.shown for p in pages.page_parts(cast.bo, read(pk), now) if p.block}
    assert shown["test-count"].sentence == "2 things."
    assert shown["test-slow"].sentence == "Slowly said."
    assert shown["test-count"].rows[0].href == "/measures"


def test_words_have_versions_and_an_earlier_one_comes_back(make, read, cast, now):
    pk = make("Plan", body="One\n")
    services.change_doc(actor=cast.ann, id_=pk, changes={"body": "Two\n"}, now=now)
    services.change_doc(actor=cast.ann, id_=pk, changes={"title": "The plan"}, now=now)
    services.change_doc(actor=cast.ann, id_=pk, changes={"review_every": 30}, now=now)
    assert list(DocVersion.objects.order_by("number").values_list("title", "body")) == [
        ("Plan", "One\n"),
        ("Plan", "Two\n"),
    ]
    services.restore_version(actor=cast.bo, doc_id=pk, number=1, now=now)
    assert (read(pk).title, read(pk).body) == ("Plan", "One\n")
    assert DocVersion.objects.count() == 3
    with pytest.raises(Missing):
        services.restore_version(actor=cast.bo, doc_id=pk, number=9, now=now)


def test_an_archived_page_takes_no_words_until_it_is_back(make, read, cast, now):
    pk = make()
    token = services.archive(actor=cast.bo, doc_id=pk, now=now)
    with pytest.raises(Conflict, match="Bring it back"):
        services.fill(actor=cast.bo, doc_id=pk, key="notes", value="x", now=now)
    steps.undo(actor=cast.bo, token=token, now=now)
    services.fill(actor=cast.bo, doc_id=pk, key="notes", value="x", now=now)


def test_review_moves_the_day_and_clears_what_was_amiss(make, read, cast, now):
    pk = make()
    services.mark_stale(actor=cast.bo, refs=[], why="nothing", now=now)
    services.review(actor=cast.bo, doc_id=pk, now=now + timedelta(days=40))
    assert read(pk).review_on == date(2027, 1, 28)
    with pytest.raises(Invalid, match="day to come"):
        services.review(actor=cast.bo, doc_id=pk, until=date(2026, 1, 1), now=now)


def test_a_viewer_reads_and_writes_nothing(make, cast, now):
    pk = make()
    for act in (
        lambda: services.fill(actor=cast.dee, doc_id=pk, key="notes", value="x", now=now),
        lambda: services.add_row(
            actor=cast.dee, doc_id=pk, key="lines", values={"what": "x"}, now=now
        ),
        lambda: services.tick(
            actor=cast.dee, doc_id=pk, key="checks", item="told", done=True, now=now
        ),
        lambda: services.change_doc(actor=cast.dee, id_=pk, changes={"title": "x"}, now=now),
        lambda: services.archive(actor=cast.dee, doc_id=pk, now=now),
        lambda: services.review(actor=cast.dee, doc_id=pk, now=now),
        lambda: services.restore_version(actor=cast.dee, doc_id=pk, number=1, now=now),
        lambda: services.create_doc(actor=cast.dee, new=services.NewDoc("x"), now=now),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_company_sheet_fills_the_words(make, read, cast, now):
    from loopline.platform.blocks.text import Words, parts
    from loopline.slices.docs.company import filled_in

    pk = make()
    assert "[product]" in filled_in(
        next(p.text for p in parts(read(pk).body) if isinstance(p, Words))
    )
    sheet = make("Sheet", template="company-sheet")
    services.fill(actor=cast.bo, doc_id=sheet, key="product", value="Oakrow", now=now)
    assert filled_in("About [product] for [target users]") == "About Oakrow for [target users]"
    assert filled_in("[product](https://x.example)") == "[product](https://x.example)"
