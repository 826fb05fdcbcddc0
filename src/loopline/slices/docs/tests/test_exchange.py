"""Docs to files and back: exactly, without doubles, and a bad file stops no other."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from loopline.slices.docs import importing, services
from loopline.slices.docs.importing import bring
from loopline.slices.docs.models import Doc
from loopline.slices.docs.wording import as_file, file_name


def packed(**files: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return out.getvalue()


def test_a_file_brings_back_what_it_holds(make, read, cast, now):
    pk = make("Swaps: a plan")
    services.fill(actor=cast.bo, doc_id=pk, key="notes", value="Two\n\nlines: *here*", now=now)
    services.add_row(
        actor=cast.bo, doc_id=pk, key="lines", values={"what": "A", "cost": "2"}, now=now
    )
    doc = read(pk)
    assert file_name(doc) == f"{pk}-swaps-a-plan.md"
    (made,) = bring(actor=cast.bo, files=[("x.md", as_file(doc).encode())], now=now).made
    back = read(made)
    assert (back.title, back.template, back.body) == (doc.title, doc.template, doc.body)
    assert {k: v for k, v in back.data.items() if k != "came_from"} == doc.data


def test_the_same_again_adds_nothing_and_a_change_is_taken_once(read, cast, now):
    def again(text):
        return bring(actor=cast.bo, files=[("notes.md", text.encode())], now=now)

    (pk,) = again("# Notes\n\nOne\n").made
    assert (read(pk).title, read(pk).body) == ("Notes", "One\n")
    assert again("# Notes\n\nOne\n").same == 1
    assert again("# Notes\n\nTwo\n").changed == [pk]
    assert again("# Notes\n\nTwo\n").same == 1
    services.change_doc(actor=cast.bo, id_=pk, changes={"body": "Mine"}, now=now)
    assert "changed here since" in again("# Notes\n\nThree\n").left_out[0][1]
    assert Doc.objects.count() == 1


def test_an_export_of_notion_is_taken_with_its_inner_zip(read, cast, now):
    number = "0123456789abcdef0123456789abcdef"
    inner = packed(
        **{f"Home__Plan {number}_dot_md": "# Plan\n\nText", f"Home__Empty {number}_dot_md": "Words"}
    )
    outer = packed(Part_dot_zip=inner, Table_dot_csv="a,b", _dot_DS_Store="x")
    brought = bring(actor=cast.bo, files=[("Export.zip", outer)], now=now)
    assert sorted(read(pk).title for pk in brought.made) == ["Empty", "Plan"]
    assert brought.left_out == [("Table.csv", "It is no .md file.")]
    assert bring(actor=cast.bo, files=[("Export.zip", outer)], now=now).same == 2


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("a.pdf", b"%PDF", "Only .md files"),
        ("a.md", b"\xff\xfe\x00x", "not text in UTF-8"),
        ("a.zip", b"PK nonsense", "cannot be opened"),
        ("a.md", b"---\nx: [\n---\ny", "head"),
        ("a.md", b"# T\n" + b"x" * 100_001, "longer than"),
        ("a.md", b"a\x00b", "not text"),
        ("a.md", b"x" * 400_001, "larger than"),
    ],
)
def test_a_bad_file_is_named_and_stops_no_other(cast, now, name, raw, why):
    brought = bring(actor=cast.bo, files=[(name, raw), ("good.md", b"# Good\n")], now=now)
    assert len(brought.made) == 1
    assert why in brought.left_out[0][1]


def test_a_zip_that_swells_is_stopped(cast, now, monkeypatch):
    monkeypatch.setattr(importing, "MOST_OPENED", 10_000)
    swollen = packed(a_dot_md="# A\n", b_dot_md="x" * 1_000_000, c_dot_md="# C\n")
    brought = bring(actor=cast.bo, files=[("s.zip", swollen)], now=now)
    assert len(brought.made) == 1
    assert "Unpacked" in brought.left_out[0][1]


def test_by_the_pages(signed_in, cast, make):
    client, pk = signed_in(cast.bo), make("Plan", body="Words\n")
    file = client.get(f"/docs/{pk}.md")
    assert file["Content-Disposition"] == f'attachment; filename="{pk}-plan.md"'
    assert file.content.endswith(b"---\nWords\n")
    with zipfile.ZipFile(io.BytesIO(client.get("/docs.zip").content)) as archive:
        assert archive.namelist() == [f"{pk}-plan.md"]
    assert client.post("/docs/import", {}).status_code == 422
    sent = [SimpleUploadedFile("n.md", b"# New\n\nText"), SimpleUploadedFile("x.exe", b"MZ")]
    page = client.post("/docs/import", {"files": sent})
    assert page.status_code == 200, page.content
    assert "1\u00a0doc new" in page.content.decode()
    assert b"Only .md files" in page.content
    assert signed_in(cast.dee).get("/docs/import").status_code == 403
