from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "loopline.platform.jobs"
    label = "jobs"

    def ready(self) -> None:
        from loopline.platform.identity.policy import Role, declare

        declare({"jobs.read": Role.ADMIN, "jobs.retry": Role.ADMIN})
