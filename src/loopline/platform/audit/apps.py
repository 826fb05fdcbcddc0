from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "loopline.platform.audit"
    label = "audit"

    def ready(self) -> None:
        from loopline.platform.identity.policy import Role, declare

        declare({"audit.read": Role.ADMIN})
