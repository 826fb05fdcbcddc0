from datetime import timedelta

from django.apps import AppConfig


class ToldConfig(AppConfig):
    name = "loopline.slices.told"
    label = "told"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.actor import Actor
        from loopline.platform.identity.policy import declare
        from loopline.platform.schedule.every import every
        from loopline.platform.ui import nav
        from loopline.platform.ui.rows import Edit, row_fields
        from loopline.platform.undo import steps
        from loopline.slices.customers.events import ContactsErased, ContactUnsubscribed
        from loopline.slices.decisions.events import DecisionDecided
        from loopline.slices.releases.events import ReleaseShipped
        from loopline.slices.roadmap.events import BetTakenBack, OpportunityLinked
        from loopline.slices.roadmap.queries import provide_told
        from loopline.slices.told import (
            blocks,
            events,
            handlers,
            jobs,
            line,
            queries,
            rules,
            services,
            views,
        )
        from loopline.slices.told.models import FollowUp

        declare(rules.PERMISSIONS)
        blocks.registered()
        outbox.register(events.FollowUpSent)
        outbox.subscribe(ReleaseShipped, handlers.when_shipped)
        outbox.subscribe(DecisionDecided, handlers.when_decided)
        outbox.subscribe(OpportunityLinked, handlers.when_linked)
        outbox.subscribe(BetTakenBack, handlers.when_taken_back)
        outbox.subscribe(ContactUnsubscribed, handlers.when_unsubscribed)
        outbox.subscribe(ContactsErased, handlers.when_contacts_erased)
        register(
            Kind("follow-up", "Follow-up", "FU", "follow_up.read", queries.follow_up_cards, "tell")
        )
        every(timedelta(minutes=1), jobs.send_held)
        steps.register("follow_up.unapprove", services.unapprove)
        provide_told(queries.told_accounts)
        line.register()
        views.register_panels()
        _options()

        def count(_actor: Actor) -> int | None:
            return queries.waiting() or None

        nav.item(
            "Tell", "Follow-ups", "follow-ups", 10, count, "follow_up.read", icon="tell", key="u"
        )
        row_fields(
            "follow-up",
            lambda i: FollowUp.objects.filter(pk=i).first(),
            "follow_up.change",
            services.change_follow_up,
            Edit("subject", "Subject"),
            Edit("text", "Text", "longtext"),
        )


def _options() -> None:
    from loopline.platform.settings.options import Option, offer

    offer(
        Option(
            "follow_ups_automatic",
            "Send follow-ups without approval",
            "On: what is drafted goes out at once. Off: somebody approves each, or all at once.",
            "flag",
            False,
        ),
        Option(
            "reply_to_askers",
            "Tell askers of decisions",
            "A committed, declined or postponed bet drafts a reply with its reason to those who asked.",
            "flag",
            True,
        ),
        Option(
            "reply_to_colleagues",
            "Tell colleagues of decisions",
            "The colleague who passed an ask on hears of the decision too.",
            "flag",
            True,
        ),
    )
