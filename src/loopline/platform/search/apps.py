from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "loopline.platform.search"
    label = "search"
