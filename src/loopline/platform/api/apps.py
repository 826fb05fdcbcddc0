from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "loopline.platform.api"
    label = "api"
