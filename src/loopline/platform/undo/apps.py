from django.apps import AppConfig


class UndoConfig(AppConfig):
    name = "loopline.platform.undo"
    label = "undo"
