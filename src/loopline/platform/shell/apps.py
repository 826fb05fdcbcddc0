from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "loopline.platform.shell"
    label = "shell"

    def ready(self) -> None:
        from loopline.platform.discuss.events import CommentWritten
        from loopline.platform.events.outbox import subscribe
        from loopline.platform.shell.handlers import tell_of_comment
        from loopline.platform.ui import nav

        subscribe(CommentWritten, tell_of_comment)
        nav.item("Foot", "Webhooks", "webhooks", 30, None, "webhook.read", icon="plug")
