from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "loopline.slices.goals"
    label = "goals"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.undo import steps
        from loopline.slices.goals import (
            blocks,
            events,
            facts,
            fields,
            figures,
            jobs,
            menu,
            panels,
            queries,
            rules,
            services,
            tables,
        )

        declare(rules.PERMISSIONS)
        blocks.registered()
        outbox.register(
            events.KeyResultCheckedIn, events.ObjectiveClosed, events.DirectionDecided,
            events.DirectionClosed,
        )  # fmt: skip
        register(
            Kind("objective", "Objective", "OBJ", "goal.read", queries.objective_cards, "target")
        )
        register(
            Kind("key-result", "Key result", "KR", "goal.read", queries.key_result_cards, "chart")
        )
        register(
            Kind(
                "direction", "Change of direction", "DIR", "goal.read", queries.direction_cards, "arrow",
                "Changes of direction",
            )
        )  # fmt: skip
        steps.register("objective.reopen", services.reopen_objective)
        steps.register("key_result.restore", services.restore_key_result)
        steps.register("direction.restore_row", services.put_row)
        steps.register("direction.undecide", services.undecide)
        figures.offer_options()
        tables.registered()
        facts.register()
        jobs.register()
        fields.registered()
        menu.registered()
        panels.registered()
