"""Addresses of blocks."""

from django.urls import path

from loopline.platform.blocks import views

urlpatterns = [
    path("blocks", views.picker, name="block-picker"),
    path("blocks/<slug:name>", views.block, name="block"),
]
