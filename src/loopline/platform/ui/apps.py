"""Registers the interface kit with Django, so that its static files are found."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "loopline.platform.ui"
    label = "ui"
