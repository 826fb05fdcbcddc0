"""Addresses of home."""

from django.urls import path

from loopline.slices.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("line/health", views.line_health, name="line-health"),
    path("line/<slug:object_type>/<int:object_id>", views.line, name="line"),
    path("search", views.search_page, name="search"),
]
