"""Addresses of the GitHub connector."""

from django.urls import path

from loopline.connectors.github import views

urlpatterns = [
    path("hooks/github/<str:secret>", views.hook, name="github-hook"),
    path("connect/github", views.github, name="github"),
    path("connect/github/<int:hook_id>/remove", views.remove, name="github-remove"),
]
