"""Dashboards and investigations."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "loopline.slices.dashboards"
    label = "dashboards"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.undo import steps
        from loopline.slices.dashboards import blocks, events, fields, menu, queries, rules, shelves
        from loopline.slices.dashboards.services.boards import put_back

        declare(rules.PERMISSIONS)
        blocks.registered()
        outbox.register(events.InvestigationConcluded)
        steps.register("dashboard.tile_back", put_back)
        register(
            Kind(
                "dashboard", "Dashboard", "DSH", "dashboard.read", queries.dashboard_cards, "chart"
            )
        )
        register(
            Kind(
                "investigation",
                "Investigation",
                "INV",
                "investigation.read",
                queries.investigation_cards,
                "search",
            )
        )
        menu.registered()
        fields.registered()
        shelves.registered()
