from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "loopline.platform.events"
    label = "events"
