"""Addresses of feedback."""

from django.urls import path

from loopline.slices.feedback import inbox, views

urlpatterns = [
    path("inbox", inbox.inbox, name="inbox"),
    path("feedback", views.feedback_list, name="feedback"),
    path("feedback.csv", views.feedback_csv, name="feedback-csv"),
    path("feedback/bulk", views.feedback_bulk, name="feedback-bulk"),
    path("feedback/new", views.feedback_new, name="feedback-new"),
    path("feedback/similar", views.feedback_similar, name="feedback-similar"),
    path("feedback/quality", views.feedback_quality, name="feedback-quality"),
    path("feedback/<int:feedback_id>", views.feedback_page, name="feedback-page"),
    path("feedback/<int:feedback_id>/join", views.feedback_join, name="feedback-join"),
    path("feedback/<int:feedback_id>/<slug:verb>", inbox.act, name="feedback-act"),
]
