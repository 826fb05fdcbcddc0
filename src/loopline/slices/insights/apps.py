"""Insights: questions about product events, and what is kept around them."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "loopline.slices.insights"
    label = "insights"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.tables.registry import offer_folder
        from loopline.platform.ui import nav
        from loopline.platform.ui.rows import Edit, row_fields
        from loopline.slices.decisions.queries import provide_facts
        from loopline.slices.insights import (
            blocks,
            conventions,
            drops,
            events,
            fields,
            handlers,
            menu,
            privacy,
            queries,
            rules,
            services,
        )

        declare(rules.PERMISSIONS)
        blocks.registered()
        conventions.offered()
        privacy.offered()
        offer_folder(drops.Drops())
        fields.registered()
        menu.registered()
        register(Kind("report", "Report", "REP", "insight.read", queries.report_cards, "chart"))
        register(Kind("cohort", "Cohort", "COH", "insight.read", queries.cohort_cards, "person"))
        register(
            Kind(
                "event-name", "Event", "EV", "insight.read", queries.event_cards, "chart", "Events"
            )
        )
        outbox.register(events.ReportDefinitionChanged)
        outbox.subscribe(events.PersonErased, handlers.when_erased)
        provide_facts("report", lambda i: queries.report_facts(i) if i else [])
        nav.item("Learn", "Funnels", "funnels", 30, None, "insight.read", icon="funnel")
        nav.item("Learn", "Retention", "retention", 32, None, "insight.read", icon="chart")
        nav.item("Learn", "Trends", "trends", 34, None, "insight.read", icon="chart")
        nav.item("Learn", "Reports", "reports", 36, None, "insight.read", icon="doc")
        row_fields(
            "report",
            lambda i: queries.report_rows().filter(pk=i).first(),
            "insight.change",
            services.change_report,
            Edit("name", "Name"),
            Edit("says", "What it counts", "longtext"),
            Edit("finding", "Finding", "longtext"),
            Edit("owner", "Owner", "person", key="owner_id",
                 value=lambda r: r.owner.name if r.owner else ""),
        )  # fmt: skip
