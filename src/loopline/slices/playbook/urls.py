"""Addresses of the playbook."""

from django.urls import path

from loopline.slices.playbook import views

urlpatterns = [
    path("prepare", views.browse, name="prepare"),
    path("prepare/skills", views.skills, name="prepare-skills"),
    path("prepare/mock", views.mock, name="prepare-mock"),
    path("prepare/import", views.import_file, name="prepare-import"),
    path("prepare/questions/<int:number>", views.page, name="prepare-question"),
    path("prepare/questions/<int:number>/practise", views.practise, name="prepare-practise"),
    path("prepare/questions/<int:number>/sheet", views.sheet, name="prepare-sheet"),
    path("prepare/questions/<int:number>/improve", views.improve, name="prepare-improve"),
    path("prepare/improvements/<int:improvement_id>/decide", views.decide, name="prepare-decide"),
]
