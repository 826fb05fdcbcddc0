"""Addresses of docs."""

from django.urls import path

from loopline.slices.docs import filling
from loopline.slices.docs.views import exchange, pages, preview, prune, versions

urlpatterns = [
    path("docs", pages.doc_list, name="docs"),
    path("docs.csv", pages.doc_csv, name="docs-csv"),
    path("docs/new", pages.doc_new, name="doc-new"),
    path("docs/import", exchange.doc_import, name="docs-import"),
    path("docs.zip", exchange.all_files, name="docs-zip"),
    path("docs/<int:doc_id>.md", exchange.doc_file, name="doc-file"),
    path("docs/prune", prune.prune, name="docs-prune"),
    path("docs/<int:doc_id>", pages.doc_page, name="doc-page"),
    path("docs/<int:doc_id>/edit", pages.doc_edit, name="doc-edit"),
    path("docs/<int:doc_id>/preview", preview.preview, name="doc-preview"),
    path("docs/<int:doc_id>/versions", versions.versions, name="doc-versions"),
    path("docs/<int:doc_id>/versions/<int:number>/restore", versions.restore, name="doc-restore"),
    path("docs/<int:doc_id>/review", pages.doc_review, name="doc-review"),
    path("docs/<int:doc_id>/send", pages.doc_send, name="doc-send"),
    path("docs/<int:doc_id>/archive", pages.doc_archive, name="doc-archive"),
    path("docs/<int:doc_id>/fill/<slug:key>", filling.fill, name="doc-fill"),
    path("docs/<int:doc_id>/rows/<slug:key>", filling.add_row, name="doc-row-add"),
    path("docs/<int:doc_id>/rows/<slug:key>/<slug:row>", filling.change_row, name="doc-row"),
    path("docs/<int:doc_id>/rows/<slug:key>/<slug:row>/remove", filling.remove_row, name="doc-row-remove"),
    path("docs/<int:doc_id>/rows/<slug:key>/<slug:row>/act", filling.act, name="doc-row-act"),
    path("docs/<int:doc_id>/tick/<slug:key>/<slug:item>", filling.tick, name="doc-tick"),
]  # fmt: skip
