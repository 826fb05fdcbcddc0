"""Dashboards and investigations."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "loopline.slices.dashboards"
    label = "dashboards"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.ui import create, nav, objects, panels
        from loopline.platform.ui.rows import Edit, row_fields
        from loopline.platform.undo import steps
        from loopline.slices.dashboards import events, queries, rules, services, shelves
        from loopline.slices.dashboards.services.boards import put_back

        declare(rules.PERMISSIONS)
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
        nav.item("Learn", "Dashboards", "dashboards", 20, None, "dashboard.read", icon="chart")
        nav.item(
            "Learn",
            "Investigations",
            "investigations",
            22,
            None,
            "investigation.read",
            icon="search",
        )
        create.kind(
            "dashboard",
            "Dashboard",
            "dashboard-new",
            52,
            permission="dashboard.change",
            icon="chart",
        )
        create.kind(
            "investigation", "Investigation", "investigation-new", 54, permission="investigation.change",
            icon="search",
        )  # fmt: skip
        objects.say("investigation.concluded", lambda e: "wrote the finding down")
        objects.say("investigation.effect_measured", lambda e: "measured the effect")
        objects.say("investigation.chart_added", lambda e: "added a chart")
        objects.say("investigation.chart_removed", lambda e: "took a chart off")
        objects.say("dashboard.tile_added", lambda e: "added a chart")
        objects.say("dashboard.tile_removed", lambda e: "took a chart off")
        objects.say("dashboard.tile_changed", lambda e: "arranged a chart")
        for type_ in ("report", "metric", "decision"):
            panels.add(type_, "side", "dashboards/parts/shelf.html", shelves.SHELVES[type_], 60)
        row_fields(
            "dashboard", lambda i: queries.rows().filter(pk=i).first(), "dashboard.change", services.change_dashboard,
            Edit("name", "Name"), Edit("finding", "Finding", "longtext"), Edit("review_on", "Next review", "date"),
            Edit("owner", "Owner", "person", key="owner_id", value=lambda d: d.owner.name if d.owner else ""),
        )  # fmt: skip
        row_fields(
            "investigation", lambda i: queries.investigation_rows().filter(pk=i).first(), "investigation.change",
            services.change_investigation,
            Edit("question", "Question"), Edit("finding", "Finding", "longtext"),
            Edit("owner", "Owner", "person", key="owner_id", value=lambda i: i.owner.name if i.owner else ""),
        )  # fmt: skip
