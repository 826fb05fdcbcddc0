"""Addresses of rituals, sessions, the week and the calendar feed."""

from django.urls import path

from loopline.slices.rituals.views import calendar, feed, sessions, week

urlpatterns = [
    path("rituals", calendar.ritual_list, name="rituals"),
    path("rituals.csv", calendar.ritual_csv, name="rituals-csv"),
    path("rituals/new", calendar.ritual_new, name="ritual-new"),
    path("rituals/feed", feed.manage, name="ritual-feed"),
    path("rituals/sessions", sessions.session_list, name="ritual-sessions"),
    path("rituals/sessions.csv", sessions.session_csv, name="ritual-sessions-csv"),
    path("rituals/sessions/<int:session_id>", sessions.session_page, name="session-page"),
    path("rituals/sessions/<int:session_id>/<slug:act>", sessions.session_act, name="session-act"),
    path("rituals/<int:ritual_id>", calendar.ritual_page, name="ritual-page"),
    path("rituals/<int:ritual_id>/<slug:act>", calendar.ritual_act, name="ritual-act"),
    path("week", week.week_page, name="week"),
    path("week/<slug:act>", week.week_act, name="week-act"),
    path("feeds/calendar/<str:token>.ics", feed.calendar, name="calendar-feed"),
]
