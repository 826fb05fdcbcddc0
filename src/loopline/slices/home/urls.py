"""Addresses of home."""

from django.urls import path

from loopline.slices.home import views
from loopline.slices.home.weighing import views as weighing

urlpatterns = [
    path("", views.home, name="home"),
    path("line/health", views.line_health, name="line-health"),
    path("line/<slug:object_type>/<int:object_id>", views.line, name="line"),
    path("leverage", weighing.leverage_page, name="leverage"),
    path("leverage/waiting/<int:station>", weighing.waiting, name="leverage-waiting"),
    path("leverage/minutes", weighing.minutes, name="leverage-minutes"),
    path("leverage/not-now", weighing.not_now_add, name="not-now-add"),
    path("leverage/not-now/<slug:row>/remove", weighing.not_now_remove, name="not-now-remove"),
    path("impact", weighing.impact_page, name="impact"),
    path("impact.pdf", weighing.impact_pdf, name="impact-pdf"),
    path("impact/keep", weighing.impact_keep, name="impact-keep"),
    path("impact/<int:doc_id>", weighing.impact_page, name="impact-kept"),
    path("impact/<int:doc_id>.pdf", weighing.impact_pdf, name="impact-kept-pdf"),
    path("search", views.search_page, name="search"),
]
