from django.apps import AppConfig


class DiscussConfig(AppConfig):
    name = "loopline.platform.discuss"
    label = "discuss"

    def ready(self) -> None:
        from loopline.platform.discuss.events import CommentWritten
        from loopline.platform.events.outbox import register
        from loopline.platform.identity.policy import Role, declare

        register(CommentWritten)
        declare(
            {
                "comment.read": Role.VIEWER,
                "comment.write": Role.MEMBER,
                "comment.erase": Role.ADMIN,
                "follow.change": Role.MEMBER,
            }
        )
