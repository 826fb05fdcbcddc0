"""Addresses of releases and the changelog."""

from django.urls import path

from loopline.slices.releases import views

urlpatterns = [
    path("releases", views.release_list, name="releases"),
    path("releases.csv", views.release_csv, name="releases-csv"),
    path("releases/new", views.release_new, name="release-new"),
    path("releases/<int:release_id>", views.release_page, name="release-page"),
    path("releases/<int:release_id>/do/<slug:verb>", views.release_do, name="release-do"),
    path("changelog", views.changelog, name="changelog"),
    path("changelog.atom", views.changelog_feed, name="changelog-feed"),
]
