"""Addresses of metrics."""

from django.urls import path

from loopline.slices.measures.views import form, listing, page, rule, starters

urlpatterns = [
    path("measures", listing.metric_list, name="metrics"),
    path("measures.csv", listing.metric_csv, name="metrics-csv"),
    path("measures/new", form.metric_new, name="metric-new"),
    path("measures/start", starters.starters, name="metric-starters"),
    path("measures/start/<slug:key>", starters.install, name="metric-starter"),
    path("measures/activation-rule", rule.activation_rule, name="metric-rule"),
    path("measures/<int:metric_id>", page.metric_page, name="metric-page"),
    path("measures/<int:metric_id>/define", form.metric_define, name="metric-define"),
    path("measures/<int:metric_id>/values", page.metric_record, name="metric-record"),
    path("measures/<int:metric_id>/compute", page.metric_compute, name="metric-compute"),
    path("measures/<int:metric_id>/rows", page.metric_rows, name="metric-rows"),
]
