from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "loopline.slices.decisions"
    label = "decisions"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.thread import registry
        from loopline.platform.ui import create, moments, nav
        from loopline.platform.ui.rows import Edit, row_fields
        from loopline.slices.decisions import blocks, events, queries, rules, services, tables
        from loopline.slices.decisions.models import Decision

        declare(rules.PERMISSIONS)
        blocks.registered()
        tables.registered()
        outbox.register(events.DecisionDecided)
        register(
            Kind("decision", "Decision", "DEC", "decision.read", queries.decision_cards, "flag")
        )
        registry.parent("decision", queries.parents)
        moments.offer("decision", queries.moments, "decision.read")
        nav.item(
            "Decide", "Decisions", "decisions", 40, None, "decision.read", icon="flag", key="d"
        )
        create.kind(
            "decision", "Decision", "decision-new", 40, permission="decision.change", icon="flag"
        )
        row_fields(
            "decision",
            lambda i: Decision.objects.select_related("owner").filter(pk=i).first(),
            "decision.change",
            services.change_decision,
            Edit("question", "Question"),
            Edit("revisit_on", "Look again", "date"),
            Edit("owner", "Owner", "person", key="owner_id",
                 value=lambda d: d.owner.name if d.owner else ""),
        )  # fmt: skip
