from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "loopline.platform.lists"
    label = "lists"

    def ready(self) -> None:
        from loopline.platform.identity.policy import Role, declare

        declare({"views.read": Role.VIEWER, "views.save": Role.MEMBER})
