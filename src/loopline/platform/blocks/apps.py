from django.apps import AppConfig


class BlocksConfig(AppConfig):
    name = "loopline.platform.blocks"
    label = "blocks"

    def ready(self) -> None:
        from loopline.platform.identity.policy import Role, declare

        declare({"blocks.read": Role.VIEWER})
