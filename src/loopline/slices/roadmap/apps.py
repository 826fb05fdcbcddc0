from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils import timezone


class RoadmapConfig(AppConfig):
    name = "loopline.slices.roadmap"
    label = "roadmap"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.undo import steps
        from loopline.slices.roadmap import (
            blocks,
            direction,
            events,
            facts,
            fields,
            line,
            menu,
            panels,
            queries,
            rules,
            services,
            tables,
        )  # fmt: skip

        declare(rules.PERMISSIONS)
        blocks.registered()
        tables.registered()
        outbox.register(
            events.OpportunityLinked,
            events.BetCommitted,
            events.BetDeclined,
            events.BetShipped,
            events.BetTakenBack,
        )
        register(
            Kind(
                "opportunity", "Opportunity", "OPP", "opportunity.read", queries.opportunity_cards,
                "target", "Opportunities",
            )
        )  # fmt: skip
        register(Kind("bet", "Bet", "BET", "bet.read", queries.bet_cards, "flag"))
        steps.register("opportunity.restore", services.restore_opportunities)
        steps.register("opportunity.unlink", services.unlink_feedback)
        steps.register("bet.unmove", services.unmove_bet)
        steps.register("bet.resume", services.resume_bet)
        direction.register()
        line.register()
        facts.register()
        fields.register()
        panels.register()
        menu.register()
        post_migrate.connect(_scales, sender=self)
        self._listen()

    def _listen(self) -> None:
        from loopline.platform.events import outbox
        from loopline.slices.customers.events import AccountChanged
        from loopline.slices.feedback import events as heard
        from loopline.slices.insights.events import PersonErased
        from loopline.slices.measures.events import MetricRedefined, MetricValueRecorded
        from loopline.slices.roadmap import handlers

        outbox.subscribe(heard.FeedbackMerged, handlers.when_merged)
        outbox.subscribe(heard.FeedbackUnmerged, handlers.when_unmerged)
        outbox.subscribe(heard.FeedbackArchived, handlers.when_archived)
        outbox.subscribe(heard.FeedbackChanged, handlers.when_feedback_changed)
        outbox.subscribe(AccountChanged, handlers.when_account_changed)
        outbox.subscribe(MetricValueRecorded, handlers.when_measured)
        outbox.subscribe(MetricRedefined, handlers.when_redefined)
        outbox.subscribe(PersonErased, handlers.when_erased)


def _scales(**_kwargs: Any) -> None:
    from loopline.platform.identity.actor import Actor
    from loopline.slices.roadmap.services import ensure_models

    ensure_models(actor=Actor.system(), now=timezone.now())
