from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "loopline.slices.actions"
    label = "actions"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.ui import create, nav, shortcuts
        from loopline.platform.undo import steps
        from loopline.slices.actions import (
            blocks,
            events,
            fields,
            handlers,
            jobs,
            panels,
            queries,
            rules,
            services,
            tables,
        )

        declare(rules.PERMISSIONS)
        blocks.registered()
        tables.registered()
        outbox.subscribe(events.ActionCreated, handlers.tell_owner)
        outbox.subscribe(events.ActionAssigned, handlers.tell_owner)
        outbox.register(
            events.ActionMoved,
            events.ActionStarted,
            events.ActionFinished,
            events.ActionDropped,
            events.ActionReopened,
        )
        steps.register(services.UNDO, services.put_back)
        cards = queries.action_cards
        register(Kind("action-item", "Action item", "ACT", "action.read", cards, "action"))
        fields.registered()
        panels.registered()
        jobs.registered()
        nav.item(
            "Today",
            "Actions",
            "actions",
            10,
            queries.waiting,
            "action.read",
            icon="action",
            key="n",
        )
        create.kind(
            "action-item", "Action item", "action-new", 45, permission="action.change", icon="action"
        )  # fmt: skip
        shortcuts.register(
            shortcuts.Shortcut("e", "Done", "In the list of actions", "done"),
            shortcuts.Shortcut("m", "Move to another day", "In the list of actions", "move"),
            shortcuts.Shortcut("w", "Will not be done", "In the list of actions", "drop"),
        )
