"""Content files: what they say is read exactly, what they get wrong is named."""

import pytest

from loopline.slices.docs import templating
from loopline.slices.docs.templating import Malformed, parsed

GOOD = """---
key: a
title: A
about: About.
group: G
places:
  - {key: p, kind: choice, label: P, options: [1, two]}
---
{{fill p}}
"""


def test_a_content_file_is_read_whole():
    made = parsed(GOOD, "a.md")
    assert (made.key, made.body, made.review_days, made.draft, made.listed) == (
        "a",
        "{{fill p}}\n",
        None,
        False,
        True,
    )
    assert made.places["p"].options == ("1", "two")


def test_on_and_no_are_words():
    made = parsed(GOOD.replace("label: P", "label: On").replace("[1, two]", "[yes, no]"), "a.md")
    assert made.places["p"].label == "On"
    assert made.places["p"].options == ("yes", "no")
    assert parsed(GOOD.replace("group: G", "group: G\nlisted: false"), "a.md").listed is False


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no head at all", "a.md"),
        ("---\nkey: a\n---\nbody", "title"),
        (GOOD.replace("kind: choice", "kind: poem"), "a place is one of"),
        (GOOD.replace("key: a\n", "key: [\n"), "a.md"),
        (GOOD.replace("{key: p, ", "{"), "key"),
        (
            GOOD.replace(
                "kind: choice", "kind: table, columns: [{key: c, label: C, kind: checklist}]"
            ),
            "a column is one of",
        ),
        ("---\n- 1\n---\nx", "a.md"),
    ],
)
def test_a_malformed_file_says_its_name_and_the_reason(text, says):
    with pytest.raises(Malformed) as wrong:
        parsed(text, "a.md")
    assert says in str(wrong.value)
    assert "a.md" in str(wrong.value)


def test_two_files_with_one_key_are_refused(tmp_path, monkeypatch):
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    monkeypatch.setattr(templating, "_FOLDERS", [tmp_path])
    templating._READ.clear()
    with pytest.raises(Malformed, match="there already"):
        templating.templates()
    templating._READ.clear()
