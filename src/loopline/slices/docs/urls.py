"""Addresses of docs."""

from django.urls import path

from loopline.slices.docs import filling, views

urlpatterns = [
    path("docs", views.doc_list, name="docs"),
    path("docs.csv", views.doc_csv, name="docs-csv"),
    path("docs/new", views.doc_new, name="doc-new"),
    path("docs/<int:doc_id>", views.doc_page, name="doc-page"),
    path("docs/<int:doc_id>/edit", views.doc_edit, name="doc-edit"),
    path("docs/<int:doc_id>/review", views.doc_review, name="doc-review"),
    path("docs/<int:doc_id>/archive", views.doc_archive, name="doc-archive"),
    path("docs/<int:doc_id>/fill/<slug:key>", filling.fill, name="doc-fill"),
    path("docs/<int:doc_id>/rows/<slug:key>", filling.add_row, name="doc-row-add"),
    path("docs/<int:doc_id>/rows/<slug:key>/<slug:row>", filling.change_row, name="doc-row"),
    path("docs/<int:doc_id>/rows/<slug:key>/<slug:row>/remove", filling.remove_row, name="doc-row-remove"),
    path("docs/<int:doc_id>/tick/<slug:key>/<slug:item>", filling.tick, name="doc-tick"),
]  # fmt: skip
