from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "loopline.platform.api"
    label = "api"

    def ready(self) -> None:
        from loopline.platform.api import jobs

        jobs.register()
