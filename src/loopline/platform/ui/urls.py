"""The addresses of the interface kit itself."""

from django.urls import path

from loopline.platform.ui.design import design_page

urlpatterns = [path("design", design_page, name="design")]
