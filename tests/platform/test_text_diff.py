"""What changed between two texts, to be read by a person."""

from random import Random
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from loopline.core.text.diff import compared

TEXT = st.lists(st.text(alphabet="ab \n", max_size=12), max_size=12).map("\n".join)


def test_a_word_that_changed_is_marked_and_far_lines_are_left_out():
    before = "\n".join([f"line {n}" for n in range(20)] + ["We sell the old thing."])
    found = compared(before, before.replace("old", "new"))
    assert [line.kind for line in found] == ["skip", "same", "same", "gone", "new"]
    assert found[0].bits[0][0] == "18 lines as before"
    assert [text for text, marked in found[3].bits if marked] == ["old"]
    assert [text for text, marked in found[4].bits if marked] == ["new"]


def test_lines_with_nothing_in_common_are_shown_whole():
    found = compared("Apples are red", "0123456789")
    assert [(x.kind, x.bits) for x in found] == [
        ("gone", (("Apples are red", False),)),
        ("new", (("0123456789", False),)),
    ]


def test_the_same_twice_has_no_difference():
    assert compared("a\nb", "a\nb") == []


@given(TEXT, TEXT)
def test_both_texts_can_be_read_back_from_the_difference(before, after):
    found = compared(before, after, around=10_000)
    if before.splitlines() == after.splitlines():
        assert found == []
        return
    whole = ["".join(t for t, _ in line.bits) for line in found if line.kind in ("same", "gone")]
    new = ["".join(t for t, _ in line.bits) for line in found if line.kind in ("same", "new")]
    assert whole == before.splitlines()
    assert new == after.splitlines()


def test_what_is_made_to_be_slow_is_compared_in_a_moment():
    """Lines and words that stand thousands of times would each be held against each other."""
    rng = Random(7)
    few = ["\n".join(rng.choice("ab") for _ in range(4_900)) for _ in range(2)]
    long = [" ".join(rng.choice("ab") for _ in range(20_000)) for _ in range(2)]
    rows = ["\n".join(" ".join(rng.choice("ab") for _ in range(90)) for _ in range(500)) for _ in range(2)]  # fmt: skip
    for old, new in (few, long, rows):
        began = process_time()
        assert compared(old, new)
        assert process_time() - began < 10
