"""Addresses of decisions."""

from django.urls import path

from loopline.slices.decisions import views

urlpatterns = [
    path("decisions", views.decision_list, name="decisions"),
    path("decisions.csv", views.decision_csv, name="decisions-csv"),
    path("decisions/new", views.decision_new, name="decision-new"),
    path("decisions/<int:decision_id>", views.decision_page, name="decision-page"),
    path("decisions/<int:decision_id>/decide", views.decision_decide, name="decision-decide"),
    path("decisions/<int:decision_id>/keep", views.decision_keep, name="decision-keep"),
]
