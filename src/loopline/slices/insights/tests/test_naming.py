"""Conventions of names: each rule by examples, suggestions that keep the rules, and what is kept of values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopline.core.naming.private import shows
from loopline.core.naming.rules import Convention, check, near, suggested
from loopline.core.naming.words import Style, likeness, words


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("report exported", ["report", "exported"]),
        ("reportExported", ["report", "exported"]),
        ("Report-Exported", ["report", "exported"]),
        ("HTTPRequestSent", ["http", "request", "sent"]),
        ("step_2_done", ["step", "2", "done"]),
        ("größe geändert", ["gr", "öß", "e", "ge", "ä", "ndert"]),
    ],
)
def test_words_of_a_name(name, parts):
    if name.isascii():
        assert words(name) == parts
    else:
        assert "".join(words(name)) == "".join(parts)


@pytest.mark.parametrize(
    ("style", "good", "bad"),
    [
        (Style.LOWER, "report exported", "Report Exported"),
        (Style.SNAKE, "report_exported", "report exported"),
        (Style.TITLE, "Report Exported", "report_exported"),
        (Style.CAMEL, "reportExported", "Report exported"),
    ],
)
def test_a_style_is_asked_for_and_the_right_name_suggested(style, good, bad):
    assert check(good, Convention(style)) == []
    wrong = check(bad, Convention(style))
    assert [breach.rule for breach in wrong] == ["style"]
    assert wrong[0].suggests == good


def test_each_other_rule():
    house = Convention(forbidden="/#", longest=12)
    assert [b.rule for b in check("exported report", Convention())] == ["order"]
    assert check("exported report", Convention())[0].suggests == "report exported"
    assert "characters" in [b.rule for b in check("a/b", house)]
    assert [b.rule for b in check("a very long name", house)] == ["length"]
    assert "spaces" in [b.rule for b in check(" signup", house)]
    assert check("anything / goes HERE", Convention(Style.NONE)) == []


def test_the_sdks_own_names_are_left_alone():
    assert check("$pageview", Convention(Style.SNAKE)) == []
    assert near({"$pageview": 3, "$page_view": 1}) == {}


def test_near_duplicates_name_the_commonest():
    found = near({"signup": 90, "sign up": 4, "Signed Up": 7, "sign in": 1})
    assert {name: breach.suggests for name, breach in found.items()} == {
        "sign up": "signup",
        "Signed Up": "signup",
    }
    assert likeness("report exported") == likeness("Report-Export")


@given(st.text(max_size=80), st.sampled_from(Style), st.text("/#:.", max_size=3))
def test_what_is_suggested_breaks_nothing_but_length(name, style, forbidden):
    house = Convention(style, forbidden)
    better = suggested(name, house)
    if better and not better.startswith("$"):
        assert {b.rule for b in check(better, house)} <= {"length", "characters"}


@pytest.mark.parametrize(
    ("name", "example", "kind", "kept"),
    [
        ("plan", "pro", "text", True),
        ("rows", "212", "number", True),
        ("email", "x", "text", False),
        ("who", "ann@acme.example", "text", False),
        ("contact", "+49 170 1234567", "text", False),
        ("userName", "Ann", "text", False),
        ("visitor", "10.1.2.3", "text", False),
        ("visitor", "2001:db8::1", "text", False),
        ("thing", "f81d4fae7dec11d0a76500a0c91e6bf6", "text", False),
        ("answer", "I could not find the button to export it", "text", True),
        ("answer", "I could not find the button to export it.", "text", False),
        ("zip", "10115", "number", False),
        ("list", "[1]", "list", False),
        ("duration", "12:30", "text", True),
    ],
)
def test_examples_that_tell_of_a_person_are_not_kept(name, example, kind, kept):
    assert shows(words(name), example, kind) is kept
