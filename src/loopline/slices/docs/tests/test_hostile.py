"""Files, days and numbers that are meant to break what reads them."""

import zipfile
from io import BytesIO
from time import process_time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loopline.core.problems import Invalid
from loopline.slices.docs import services
from loopline.slices.docs.importing import MOST_SAID, bring

HEAD = "---\ntitle: T\ntemplate: every-place\nfilled:\n{}\n---\nBody\n"


def brought(cast, now, text, name="x.md"):
    return bring(actor=cast.ann, files=[(name, text.encode())], now=now)


def test_a_file_fills_places_only_with_what_could_be_typed(read, cast, now):
    text = HEAD.format(
        "  notes: Words\n  size: '3'\n  day: 2026-11-19\n  lines:\n"
        "    - {id: ab12, what: A, cost: 2.0, tags: [x, Y], became: {key: FB-1, url: 'javascript:alert(1)'}}\n"
        "  checks: {told: {by: Ada Admin, at: '2026-01-01'}}\n  elsewhere: x"
    )
    (pk,) = brought(cast, now, text).made
    data = {k: v for k, v in read(pk).data.items() if k != "came_from"}
    line = {"id": "ab12", "what": "A", "cost": 2.0, "tags": ["x", "y"], "at": None}
    assert data == {"notes": "Words", "size": 3.0, "day": "2026-11-19", "lines": [line]}


@pytest.mark.parametrize(
    "filled",
    [
        "  lines: nothing",
        "  lines: [1, 2]",
        "  lines: [{what: {a: b}}]",
        "  notes: {a: b}",
        "  size: .nan",
        "  size: 1e9999999",
        "  day: 9999-12-31",
        "  stage: Elsewhere",
        "  notes: &a [x]\n  size: *a",
        "  notes: " + "[" * 3000,
    ],
)
def test_what_could_not_be_typed_is_left_out_with_its_reason(cast, now, filled):
    out = brought(cast, now, HEAD.format(filled))
    assert (out.made, len(out.left_out)) == ([], 1)
    assert out.left_out[0][1].endswith(".")


def test_a_bomb_of_aliases_is_not_opened(cast, now):
    lines = ["  a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "aliases" in brought(cast, now, HEAD.format("\n".join(lines))).left_out[0][1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.md", "# a" + " " * 50_000 + "b"),
        ("x" + " " * 60_000 + "y.md", "Words"),
        ("x.md", "---\n2026-99-99: a\n1: b\nx: c\n---\n# T"),
    ],
)
def test_long_blanks_and_odd_heads_take_no_time(cast, now, name, text):
    began = process_time()
    assert len(brought(cast, now, text, name).made) == 1
    assert process_time() - began < 5


def test_a_broken_stream_and_a_zip_of_everything_else_stop_nothing(cast, now):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.md", "words " * 500)
    raw = bytearray(packed.getvalue())
    raw[40:60] = b"\xff" * 20
    many = BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for n in range(MOST_SAID + 50):
            archive.writestr(f"{n}.csv", "")
    out = bring(actor=cast.ann, files=[("broken.zip", bytes(raw))], now=now)
    assert out.left_out[0][0] in ("broken.zip", "a.md")
    out = bring(actor=cast.ann, files=[("many.zip", many.getvalue())], now=now)
    assert len(out.left_out) <= MOST_SAID + 1


@pytest.mark.parametrize(
    ("key", "raw"),
    [("day", "0001-01-01"), ("day", "9999-12-31"), ("size", "1e9999999"), ("size", "-1e99999999")],
)
def test_days_and_numbers_that_nothing_can_count_with_are_refused(make, cast, now, key, raw):
    pk = make()
    with pytest.raises(Invalid):
        services.fill(actor=cast.ann, doc_id=pk, key=key, value=raw, now=now)


def test_every_doc_is_looked_through_once_for_all_files(cast, now):
    files = [(f"{n}.md", f"# Doc {n}\n".encode()) for n in range(4)]
    bring(actor=cast.ann, files=files, now=now)
    with CaptureQueriesContext(connection) as asked:
        assert bring(actor=cast.ann, files=files, now=now).same == 4
    assert sum("came_from" in q["sql"] and "WHERE" in q["sql"] for q in asked) == 1
