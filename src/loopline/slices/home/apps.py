from datetime import timedelta
from pathlib import Path

from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "loopline.slices.home"
    label = "home"

    def ready(self) -> None:
        from loopline.platform.identity.actor import Role
        from loopline.platform.identity.policy import declare
        from loopline.platform.schedule.every import every
        from loopline.platform.ui import nav
        from loopline.slices.docs import templating
        from loopline.slices.home import blocks
        from loopline.slices.home.weighing import blocks as weighing
        from loopline.slices.home.weighing import jobs

        declare({"impact.read": Role.VIEWER})
        templating.add_folder(Path(__file__).parent / "content")
        blocks.registered()
        weighing.registered()
        every(timedelta(days=1), jobs.weigh)
        nav.item("Today", "Today", "home", 0, None, "line.read", icon="today", key="t")
        nav.item("Run", "Line health", "line-health", 10, None, "line.read", icon="run", key="h")
        nav.item("Run", "Leverage", "leverage", 15, None, "line.read", icon="sliders")
        nav.item("Run", "Impact", "impact", 16, None, "impact.read", icon="doc")
