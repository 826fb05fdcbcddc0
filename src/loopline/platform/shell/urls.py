"""Addresses of the shell."""

from django.urls import path

from loopline.platform.shell import views, webhooks
from loopline.platform.ui.details import edit_field

urlpatterns = [
    path("connect/webhooks", webhooks.webhooks, name="webhooks"),
    path("connect/webhooks/<int:webhook_id>/<slug:verb>", webhooks.webhook_do, name="webhook-do"),
    path(
        "connect/deliveries/<int:delivery_id>/retry", webhooks.delivery_retry, name="delivery-retry"
    ),
    path("notifications", webhooks.notifications, name="notifications"),
    path("palette", views.palette, name="palette"),
    path("find", views.find, name="find"),
    path("find/people", views.people, name="people-find"),
    path("undo", views.undo, name="undo-last"),
    path("undo/<str:token>", views.undo, name="undo"),
    path("comments/<str:object_type>/<int:object_id>", views.comment, name="comment"),
    path("comments/<int:comment_id>/remove", views.remove_comment, name="comment-remove"),
    path("links/<str:object_type>/<int:object_id>", views.add_link, name="link"),
    path("links/<int:link_id>/remove", views.remove_link, name="link-remove"),
    path("follow/<str:object_type>/<int:object_id>", views.follow, name="follow"),
    path("views", views.save_view, name="view-save"),
    path("views/<int:view_id>/forget", views.forget_view, name="view-forget"),
    path("progress/<str:token>", views.progress, name="progress"),
    path("edit/<str:object_type>/<int:object_id>/<str:name>", edit_field, name="edit"),
]
