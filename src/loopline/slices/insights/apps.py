"""Insights: questions about product events, and what is kept around them."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "loopline.slices.insights"
    label = "insights"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.identity.policy import declare
        from loopline.slices.insights import jobs, queries, rules  # noqa: F401  jobs come with the worker

        declare(rules.PERMISSIONS)
        register(Kind("report", "Report", "REP", "insight.read", queries.report_cards, "chart"))
        register(Kind("cohort", "Cohort", "COH", "insight.read", queries.cohort_cards, "person"))
