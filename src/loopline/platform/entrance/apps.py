from django.apps import AppConfig


class EntranceConfig(AppConfig):
    name = "loopline.platform.entrance"
    label = "entrance"
