from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "loopline.platform.links"
    label = "links"

    def ready(self) -> None:
        from loopline.platform.identity.policy import Role, declare

        declare({"link.read": Role.VIEWER, "link.change": Role.MEMBER})
