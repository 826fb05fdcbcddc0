from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "loopline.slices.home"
    label = "home"

    def ready(self) -> None:
        from loopline.platform.ui import nav
        from loopline.slices.home import blocks

        blocks.registered()
        nav.item("Today", "Today", "home", 0, None, "line.read", icon="today", key="t")
        nav.item("Run", "Line health", "line-health", 10, None, "line.read", icon="run", key="h")
