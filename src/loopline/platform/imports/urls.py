"""Addresses of imports."""

from django.urls import path

from loopline.platform.imports import views

urlpatterns = [
    path("imports", views.imports, name="imports"),
    path("imports/<int:import_id>", views.import_page, name="import-page"),
]
