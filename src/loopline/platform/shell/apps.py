from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "loopline.platform.shell"
    label = "shell"
