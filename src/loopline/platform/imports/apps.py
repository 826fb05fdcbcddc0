from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "loopline.platform.imports"
    label = "imports"

    def ready(self) -> None:
        from loopline.platform.identity.policy import Role, declare
        from loopline.platform.ui import nav

        declare({"import.read": Role.MEMBER})
        nav.item("Foot", "Imports", "imports", 15, None, "import.read", icon="upload")
