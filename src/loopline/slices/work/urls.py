"""Addresses of work."""

from django.urls import path

from loopline.slices.work import views

urlpatterns = [
    path("work", views.work_list, name="work"),
    path("work.csv", views.work_csv, name="work-csv"),
    path("work/bulk", views.work_bulk, name="work-bulk"),
    path("work/new", views.work_new, name="work-new"),
    path("work/<int:work_item_id>", views.work_page, name="work-page"),
]
