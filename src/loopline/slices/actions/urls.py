"""Addresses of action items."""

from django.urls import path

from loopline.slices.actions import views

urlpatterns = [
    path("actions", views.action_list, name="actions"),
    path("actions.csv", views.action_csv, name="actions-csv"),
    path("actions/bulk", views.action_bulk, name="actions-bulk"),
    path("actions/new", views.action_new, name="action-new"),
    path("actions/add", views.action_add, name="action-add"),
    path("actions/<int:action_item_id>", views.action_page, name="action-page"),
    path("actions/<int:action_item_id>/<slug:act>", views.action_act, name="action-act"),
]
