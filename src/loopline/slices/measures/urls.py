"""Addresses of metrics."""

from django.urls import path

from loopline.slices.measures import views

urlpatterns = [
    path("measures", views.metric_list, name="metrics"),
    path("measures.csv", views.metric_csv, name="metrics-csv"),
    path("measures/new", views.metric_new, name="metric-new"),
    path("measures/<int:metric_id>", views.metric_page, name="metric-page"),
    path("measures/<int:metric_id>/values", views.metric_record, name="metric-record"),
]
