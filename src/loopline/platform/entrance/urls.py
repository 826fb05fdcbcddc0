"""Addresses of the entrance and of running the place."""

from django.urls import path

from loopline.platform.entrance import running, views

urlpatterns = [
    path("enter/<str:token>", views.enter, name="enter"),
    path("join/<str:token>", views.join, name="join"),
    path("settings", running.settings, name="settings"),
    path("settings/account", views.account, name="settings-account"),
    path("settings/people", running.people, name="settings-people"),
    path("settings/people/<int:user_id>/<slug:verb>", running.person_do, name="person-do"),
    path(
        "settings/invitations/<int:invitation_id>/withdraw",
        running.invitation_withdraw,
        name="invitation-withdraw",
    ),
    path("settings/tokens", running.tokens, name="settings-tokens"),
    path("settings/tokens/<int:token_id>/revoke", running.token_revoke, name="token-revoke"),
    path("settings/audit", running.audit_page, name="settings-audit"),
    path("settings/jobs", running.jobs_page, name="settings-jobs"),
]
