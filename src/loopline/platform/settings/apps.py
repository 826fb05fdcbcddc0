from django.apps import AppConfig


class SettingsConfig(AppConfig):
    name = "loopline.platform.settings"
    label = "settings"

    def ready(self) -> None:
        from loopline.platform.identity.policy import Role, declare
        from loopline.platform.settings import ingest

        ingest.offer()
        declare(
            {
                "settings.read": Role.MEMBER,
                "settings.change": Role.ADMIN,
                "sending.switch": Role.OWNER,
            }
        )
