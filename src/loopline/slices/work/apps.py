from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "loopline.slices.work"
    label = "work"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.ui import create, nav
        from loopline.slices.work import (
            blocks,
            direction,
            events,
            fields,
            handlers,
            line,
            metrics,
            queries,
            rules,
            tables,
        )

        declare(rules.PERMISSIONS)
        blocks.registered()
        tables.registered()
        outbox.subscribe(events.WorkItemMoved, handlers.start_bet)
        register(Kind("work-item", "Work item", "WI", "work.read", queries.work_cards, "build"))
        direction.register()
        line.register()
        metrics.register()
        fields.register()
        nav.item("Build", "Work", "work", 10, None, "work.read", icon="build", key="w")
        create.kind(
            "work-item", "Work item", "work-new", 60, permission="work.change", icon="build"
        )
