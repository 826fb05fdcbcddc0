from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "loopline.slices.measures"
    label = "measures"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.ui import create, nav
        from loopline.platform.ui.objects import say
        from loopline.platform.ui.rows import Edit, row_fields
        from loopline.slices.measures import (
            blocks,
            events,
            handlers,
            jobs,
            metrics,
            queries,
            rules,
            services,
            tables,
        )
        from loopline.slices.measures.models import Metric

        declare(rules.PERMISSIONS)
        blocks.registered()
        tables.registered()
        metrics.register()
        outbox.register(events.MetricValueRecorded)
        outbox.subscribe(events.MetricRedefined, handlers.when_redefined)
        jobs.register()
        say("metric.redefined", lambda _e: "defined it anew")
        register(Kind("metric", "Metric", "MET", "metric.read", queries.metric_cards, "chart"))
        nav.item("Learn", "Metrics", "metrics", 10, None, "metric.read", icon="chart", key="m")
        create.kind("metric", "Metric", "metric-new", 50, permission="metric.change", icon="chart")
        row_fields(
            "metric",
            lambda i: Metric.objects.select_related("owner").filter(pk=i).first(),
            "metric.change",
            services.change_metric,
            Edit("name", "Name"),
            Edit("question", "Question"),
            Edit("unit", "Unit"),
            Edit("target", "Target", "number"),
            Edit("direction", "Better is", "choice", lambda: [("up", "Higher"), ("down", "Lower")]),
            Edit("target_on", "Target date", "date"),
            Edit("review_on", "Look again", "date"),
            Edit("source", "Source"),
            Edit("owner", "Owner", "person", key="owner_id",
                 value=lambda m: m.owner.name if m.owner else ""),
        )  # fmt: skip
