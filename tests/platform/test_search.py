"""Finding: what matches, in order, and nothing that the actor may not read."""

import pytest

from loopline.platform.cards.registry import Card, Kind, register
from loopline.platform.identity.actor import Actor, Role, Via
from loopline.platform.identity.policy import declare
from loopline.platform.search import index
from loopline.platform.search.queries import likely_similar, matching_ids, search

declare({"thing.read": Role.VIEWER, "hidden.read": Role.ADMIN})


def _cards(type_):
    return lambda ids: {i: Card(type_, i, f"{type_} {i}", f"/{type_}/{i}") for i in ids}


register(Kind("thing", "Thing", "TH", "thing.read", _cards("thing")))
register(Kind("hidden", "Hidden", "HI", "hidden.read", _cards("hidden")))


@pytest.fixture
def rows(db, now):
    index.put(
        [
            index.Entry(
                "thing", 1, "Swap approval on the phone", now, "TH-1", "the charge nurse walks"
            ),
            index.Entry("thing", 2, "Rota export", now, "TH-2", "swap shifts, approvals and more"),
            index.Entry(
                "thing", 3, "Überstunden vor dem Veröffentlichen", now, "TH-3", "naïve café"
            ),
            index.Entry("hidden", 4, "Swap secrets", now, "HI-4", "nobody may see"),
            index.Entry("thing", 5, "Swap in the archive", now, "TH-5", archived=True),
        ]
    )


VIEWER = Actor(Role.VIEWER, Via.WEB, 1)
ADMIN = Actor(Role.ADMIN, Via.WEB, 2)


def _ids(text, actor=VIEWER, **kw):
    return [h.id for h in search(actor=actor, text=text, **kw)]


def test_titles_come_before_bodies_and_stems_match(rows):
    assert _ids("swap approval")[0] == 1
    assert set(_ids("swap")) == {1, 2}


def test_what_may_not_be_read_is_not_found(rows):
    assert 4 not in _ids("secrets")
    assert 4 in _ids("secrets", ADMIN)


def test_an_exact_key_wins(rows):
    assert _ids("th-2")[0] == 2


def test_the_archive_is_left_out_unless_asked(rows):
    assert 5 not in _ids("archive")
    assert 5 in _ids("archive", archived=True)


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "'",
        "AND",
        "swap OR",
        "NEAR(a b)",
        "*",
        "swap*",
        '"swap approval"',
        "title:x",
        "(",
        "a" * 500,
        "\x00",
        "💥",
        "a_b-c",
        "-",
        "!&|:*",
    ],
)
def test_operators_in_words_are_words(rows, text):
    _ids(text)
    matching_ids(object_type="thing", text=text)
    likely_similar(object_type="thing", text=text)


def test_a_changed_row_is_found_by_its_new_words_only(rows, now):
    index.put([index.Entry("thing", 2, "Payroll close", now, "TH-2", "now about pay")])
    assert _ids("rota") == []
    assert _ids("payroll") == [2]
    index.drop("thing", [2])
    assert _ids("payroll") == []


def test_likeness_asks_for_any_word(rows):
    assert 1 in likely_similar(object_type="thing", text="a nurse wants approval of something else")


def test_one_type_is_found_however_many_of_others_match_better(cast, now):
    entries = [index.Entry("feedback", n, "Export", now) for n in range(1, 421)]
    index.put(
        [
            *entries,
            index.Entry("opportunity", 7, "A problem", now, body="about the export of plans"),
        ]
    )
    found = search(actor=cast.dee, text="export", only="opportunity")
    assert [(h.type, h.id) for h in found] == [("opportunity", 7)]
