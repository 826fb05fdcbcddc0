from django.apps import AppConfig


class RitualsConfig(AppConfig):
    name = "loopline.slices.rituals"
    label = "rituals"

    def ready(self) -> None:
        from pathlib import Path

        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.undo import steps
        from loopline.slices.docs import templating
        from loopline.slices.rituals import (
            blocks,
            events,
            fields,
            jobs,  # noqa: F401  its schedule
            menu,
            queries,
            rules,
            services,
        )

        declare(rules.PERMISSIONS)
        templating.add_folder(Path(__file__).parent / "content")
        outbox.register(
            events.RitualCreated,
            events.RitualPruned,
            events.PrereadSent,
            events.SessionStarted,
            events.SessionHeld,
            events.SessionSkipped,
        )
        register(Kind("ritual", "Ritual", "RIT", "ritual.read", queries.ritual_cards, "calendar"))
        register(
            Kind("session", "Session", "SES", "ritual.read", queries.session_cards, "calendar")
        )
        steps.register(services.planning.UNDO, services.put_back)
        steps.register(services.running.UNSKIP, services.unskip)
        steps.register(services.weeks.UNDO, services.put_week_back)
        fields.registered()
        blocks.registered()
        menu.registered()
