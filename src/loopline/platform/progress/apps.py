from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "loopline.platform.progress"
    label = "progress"
