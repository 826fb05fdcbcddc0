"""Records of CSV: wherever a file is cut, the same rows come out on the same lines."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from loopline.connectors.event_files import cutting

ODD = (
    b'a,b,c\n1,"x\ny",3\n\n4,5" pipe,6\n7,"open,8\n9,10,11\n12,"a ""q""\nz",13\n14,15,16,17\n18\n'
    b'19,"never,1\n20,21,22\n'
)


def read(data, at=1 << 30):
    """Rows and bad lines when the bytes come in two pieces."""
    first = cutting.records(data[:at], 1, 3, ",", final=False)
    rest = cutting.records(data[first.consumed :], 1 + first.newlines, 3, ",", final=True)
    rows = list(zip(first.lines + rest.lines, first.rows + rest.rows, strict=True))
    return rows, first.bad + rest.bad


def test_what_is_odd_costs_its_own_line_only():
    rows, bad = read(ODD)
    assert [line for line, _ in rows] == [1, 2, 5, 7, 8, 11, 13]
    assert dict(rows)[2] == ["1", "x\ny", "3"]
    assert dict(rows)[5] == ["4", '5" pipe', "6"]
    assert dict(rows)[8] == ["12", 'a "q"\nz', "13"]
    assert dict(rows)[11] == ["18", "", ""]
    assert bad == [
        (6, "A quote is opened here and not closed where it should be."),
        (10, "It has 4 cells, and the file 3 columns."),
        (12, "A quote is opened here and never closed."),
    ]


def test_the_same_rows_come_out_wherever_the_bytes_are_cut():
    whole = read(ODD)
    for at in range(len(ODD)):
        assert read(ODD, at) == whole, at


CELLS = st.lists(
    st.lists(st.text(alphabet='ab",\n ', max_size=6), min_size=3, max_size=3).filter(
        lambda row: any(cell.strip() for cell in row)
    ),
    min_size=1,
    max_size=12,
)


@given(CELLS, st.integers(0, 400), st.booleans())
def test_sound_files_are_cut_at_record_ends_with_the_right_lines(rows, at, ends):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    text = out.getvalue().encode()
    data = text if ends else text.removesuffix(b"\n")
    found, bad = read(data, at)
    assert ([row for _, row in found], bad) == (rows, [])
    whole = cutting.cut(data, final=True)
    assert (whole.end, [1 + line for line in whole.lines]) == (len(data), [n for n, _ in found])
    part = cutting.cut(data[:at], final=False)
    assert data[: part.end] in (b"", text[: part.end])
    inside = [1 + line for line in part.lines]
    assert inside == [n for n, _ in found][: len(inside)]
    assert part.newlines == data.count(b"\n", 0, part.end)


def test_a_line_that_is_too_long_is_said(monkeypatch):
    monkeypatch.setattr(cutting, "LONGEST", 50)
    rows, bad = read(b"1,2,3\n" + b"x" * 60 + b"\n4,5,6\n")
    assert [row for _, row in rows] == [["1", "2", "3"], ["4", "5", "6"]]
    assert bad == [(2, cutting.TOO_LONG)]
