from django.apps import AppConfig


class ThreadConfig(AppConfig):
    name = "loopline.platform.thread"
    label = "thread"

    def ready(self) -> None:
        from datetime import timedelta

        from loopline.platform.identity.policy import Role, declare
        from loopline.platform.schedule.every import every
        from loopline.platform.thread import patience

        declare({"line.read": Role.VIEWER})
        every(timedelta(hours=6), patience.refresh_patience)
