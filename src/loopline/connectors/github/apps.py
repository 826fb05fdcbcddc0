from django.apps import AppConfig


class GithubConfig(AppConfig):
    name = "loopline.connectors.github"
    label = "github"

    def ready(self) -> None:
        from loopline.platform.identity.actor import Role
        from loopline.platform.identity.policy import declare
        from loopline.platform.ui import nav

        declare({"connection.read": Role.ADMIN, "connection.change": Role.ADMIN})
        nav.item("Foot", "GitHub", "github", 20, None, "connection.read", icon="plug")
