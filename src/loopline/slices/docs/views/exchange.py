"""Docs as files: one, all of them in a zip, and files brought in."""

import io
import zipfile

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid
from loopline.platform.ui.pages import now_in, render, signed_in
from loopline.slices.docs import queries
from loopline.slices.docs.importing import MOST_BYTES, bring
from loopline.slices.docs.wording import as_file, file_name

MOST = 5_000
MOST_SENT = 200


def doc_file(request: HttpRequest, doc_id: int) -> HttpResponse:
    actor = signed_in(request, "doc.read")
    doc = queries.one(actor=actor, doc_id=doc_id)
    return _named(as_file(doc).encode(), "text/markdown; charset=utf-8", file_name(doc))


def all_files(request: HttpRequest) -> HttpResponse:
    """Every doc that is not put away, a file each."""
    signed_in(request, "doc.read")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for doc in queries.rows().filter(archived_at=None).order_by("pk")[:MOST].iterator(200):
            archive.writestr(file_name(doc), as_file(doc))
    return _named(packed.getvalue(), "application/zip", "docs.zip")


def _named(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def doc_import(request: HttpRequest) -> HttpResponse:
    """Choose files; the answer says what came of each."""
    actor = signed_in(request, "doc.write")
    context = {"here": "Docs", "group": "Run", "brought": None, "error": ""}
    if request.method != "POST":
        return render(request, "docs/import.html", context)
    sent = request.FILES.getlist("files")[:MOST_SENT]
    try:
        if not sent:
            raise Invalid(files="Choose .md files, or a zip of them.")
        if sum(f.size or 0 for f in sent) > MOST_BYTES:
            raise Invalid(files=f"Together at most {MOST_BYTES // 1_000_000} MB.")
    except Invalid as wrong:
        return render(request, "docs/import.html", context | {"error": wrong.sentence}, 422)
    files = [(f.name or "file.md", f.read()) for f in sent]
    brought = bring(actor=actor, files=files, now=now_in(request))
    made = queries.by_ids([*brought.made, *brought.changed])
    return render(request, "docs/import.html", context | {"brought": brought, "made": made})
