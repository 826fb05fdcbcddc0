from django.apps import AppConfig


class EventFilesConfig(AppConfig):
    name = "loopline.connectors.event_files"
    label = "event_files"

    def ready(self) -> None:
        from loopline.connectors.event_files.importing import register
        from loopline.platform.identity.policy import Role, declare

        declare({"event.import": Role.PRODUCT})
        register()
