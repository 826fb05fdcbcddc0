from datetime import timedelta

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "loopline.platform.notify"
    label = "notify"

    def ready(self) -> None:
        from loopline.platform.events.outbox import subscribe_all
        from loopline.platform.identity.policy import Role, declare
        from loopline.platform.notify.jobs import fan_out, send_held, wanted
        from loopline.platform.schedule.every import every

        declare({"webhook.read": Role.ADMIN, "webhook.change": Role.ADMIN})
        every(timedelta(minutes=1), send_held)
        subscribe_all("webhooks", fan_out, wanted)
