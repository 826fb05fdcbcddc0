from django.apps import AppConfig


class EntranceConfig(AppConfig):
    name = "loopline.platform.entrance"
    label = "entrance"

    def ready(self) -> None:
        from loopline.platform.identity.policy import Role, declare
        from loopline.platform.ui import nav

        declare({"audit.read": Role.ADMIN, "jobs.read": Role.ADMIN, "settings.read": Role.MEMBER})
        nav.item("Foot", "Settings", "settings", 10, None, "settings.read", icon="sliders")
        nav.item(
            "Account", "Your account", "settings-account", 10, None, "line.read", icon="person"
        )
