"""Blocks stand on lines of their own; everything else is text as it was."""

from hypothesis import given
from hypothesis import strategies as st

from loopline.platform.blocks.text import Mark, Words, parts, written


def test_blocks_between_words():
    text = 'Hello\n\n{{metric id=3}}\n  {{ list of="my view" limit=5 }}\nmore {{metric id=4}} here\n{{fill notes}}\n'
    assert parts(text) == [
        Words("Hello"),
        Mark("metric", "", {"id": "3"}),
        Mark("list", "", {"of": "my view", "limit": "5"}),
        Words("more {{metric id=4}} here"),
        Mark("fill", "notes", {}),
    ]


def test_code_stays_code():
    text = "```\n{{metric id=3}}\n```\n{{metric id=4}}\n~~~\n```\n{{x}}\n~~~"
    assert parts(text) == [
        Words("```\n{{metric id=3}}\n```"),
        Mark("metric", "", {"id": "4"}),
        Words("~~~\n```\n{{x}}\n~~~"),
    ]


@given(st.text())
def test_any_text_is_taken(text):
    assert all(isinstance(p, Words | Mark) for p in parts(text))


@given(st.dictionaries(st.sampled_from(["id", "of", "days"]), st.text(max_size=30)))
def test_what_is_written_reads_back(params):
    line = written("metric", params)
    clean = {k: "".join(c for c in v if c not in '"{}\n') for k, v in params.items()}
    if len(line.splitlines()) == 1:
        assert parts(line) == [Mark("metric", "", clean)]
