"""The line at its two sizes, and the thread map."""

import time

import pytest

from loopline.platform.ui.line import Mark, code_of, line_m, line_s
from loopline.platform.ui.threads import Branch, layout, thread_map

NAMES = ("heard", "understood", "decided", "built", "shipped", "measured", "told")


def marks(*states: str, **given: str) -> list[Mark]:
    return [Mark(n, s, share=0.5, **given) for n, s in zip(NAMES, states, strict=True)]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "Line: not started"),
        ("R", "Line: Heard, 1 of 7"),
        ("RRRRS", "Line: Shipped, 5 of 7; stalled"),
        ("RRRRRNN", "Line: Told, 7 of 7"),
        ("RRPRRRR", "Line: told, loop closed"),
    ],
)
def test_a_small_line_is_one_image_with_one_name(code, said):
    assert f'role="img" aria-label="{said}"' in line_s(code)


def test_a_small_line_shows_where_it_stalled_and_what_it_passed():
    assert line_s("RRRS").count('class="cut"') == 1
    assert line_s("RRRN").count('class="cut"') == 0
    assert line_s("RRPRN").count('class="hop"') == 1
    assert line_s("RRRRRRR").count('class="end"') == 1


def test_states_and_letters_say_the_same():
    states = ("reached", "reached", "passed", "stalled", "ahead", "ahead", "ahead")
    assert code_of(marks(*states)) == "RRPSAAA"
    assert line_s(marks(*states)) == line_s("RRPS")


def test_a_line_from_the_thread_draws_itself_and_says_how_long_it_stands():
    class Found:
        code = "RRSAAAA"
        stalled_days = 31

    assert "stalled 31 d" in line_s(Found())


def test_nonsense_draws_as_not_started():
    assert "not started" in line_s('"><script>')
    assert "<script" not in line_s("R", note='"><script>alert(1)</script>')


def test_the_line_of_a_page_links_every_station_and_marks_the_furthest():
    drawn = line_m(marks("reached", "reached", "passed", "now", "ahead", "ahead", "ahead"), "it")
    assert drawn.count("<a href=") == 7
    assert drawn.count('aria-current="step"') == 1
    assert drawn.count("not reached") == 3
    assert drawn.count("passed by") == 1
    assert '<li class="st4 now" style="--p:0.50">' in drawn


def test_what_people_wrote_cannot_break_the_line_of_a_page():
    bad = '"><img src=x onerror=alert(1)>'
    drawn = line_m(marks(*["now"] * 7, label=bad, when=bad, href=bad), bad)
    assert "<img" not in drawn


def test_fifty_small_lines_take_less_than_a_millisecond():
    codes = [f"R{'R' * (i % 6)}{'NS'[i % 2]}"[:7] for i in range(50)]
    for code in codes:
        line_s(code)
    best = min(timed(codes) for _ in range(20))
    assert best < 0.001


def timed(codes: list[str]) -> float:
    began = time.perf_counter()
    for code in codes:
        line_s(code)
    return time.perf_counter() - began


def test_the_map_gathers_what_does_not_fit_and_crosses_no_lanes():
    m = layout([(f"S{i}", i) for i in range(1, 9)], [Branch("A", "a", 6, [("Mail", 3)])])
    assert "+4 sources" in "".join(c.text for c in m.caps)
    left = [b.y for b in m.beads if b.st == 1]
    assert left == sorted(left)
    assert len(set(left)) == 5


@pytest.mark.parametrize(
    ("sources", "branches"), [([], []), ([("A", 0)], []), ([], [Branch("A", "", 7)])]
)
def test_a_thread_that_has_hardly_begun_still_draws(sources, branches):
    assert "<svg" in thread_map(layout(sources, branches))


def test_captions_are_escaped():
    bad = "<script>alert(1)</script>"
    drawn = thread_map(
        layout([(bad, 3)], [Branch(bad, bad, 3, then=bad), Branch("B", "b", 6, [(bad, 1)])])
    )
    assert "<script" not in drawn
