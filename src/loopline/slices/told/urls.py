"""Addresses of follow-ups."""

from django.urls import path

from loopline.slices.told import views

urlpatterns = [
    path("follow-ups", views.follow_up_list, name="follow-ups"),
    path("follow-ups.csv", views.follow_up_csv, name="follow-ups-csv"),
    path("follow-ups/bulk", views.follow_up_bulk, name="follow-ups-bulk"),
    path("follow-ups/<int:follow_up_id>", views.follow_up_page, name="follow-up-page"),
    path("follow-ups/<int:follow_up_id>/<slug:verb>", views.follow_up_do, name="follow-up-do"),
    path(
        "follow-ups/release/<int:release_id>/approve",
        views.release_approve,
        name="follow-ups-approve",
    ),
    path("unsubscribe/<str:token>", views.unsubscribe, name="unsubscribe"),
]
