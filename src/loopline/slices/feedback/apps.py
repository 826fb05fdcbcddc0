from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "loopline.slices.feedback"
    label = "feedback"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.settings import options
        from loopline.platform.undo import steps
        from loopline.slices.docs.services import LineAction, offer_action
        from loopline.slices.feedback import (
            blocks,
            events,
            fields,
            handlers,
            importing,
            jobs,
            line,
            menu,
            queries,
            rules,
            services,
            tables,
        )
        from loopline.slices.surveys.queries import provide_feedback

        declare(rules.PERMISSIONS)
        blocks.registered()
        tables.registered()
        outbox.register(
            events.FeedbackReceived,
            events.FeedbackChanged,
            events.FeedbackMerged,
            events.FeedbackUnmerged,
            events.FeedbackArchived,
        )
        register(
            Kind("feedback", "Feedback", "FB", "feedback.read", queries.feedback_cards, "quote")
        )
        options.offer(
            options.Option(
                "triage_days", "Days until triage",
                "How soon somebody has looked at what came in; the inbox shows what is late.",
                "number", 2, least=0.1, most=90,
            )
        )  # fmt: skip
        steps.register("feedback.unmerge", services.undo_merge)
        steps.register("feedback.restore", services.restore_many)
        steps.register("feedback.wake", services.snooze_many)
        steps.register("feedback.reopen", services.reopen)
        provide_feedback(queries.of_answers)
        offer_action(
            LineAction("intake", "Into the intake", "feedback.receive", handlers.into_intake)
        )
        line.register()
        fields.register()
        menu.register()
        importing.register()
        jobs.register()
        self._listen()

    def _listen(self) -> None:
        from loopline.platform.events import outbox
        from loopline.slices.customers.events import ContactsErased
        from loopline.slices.feedback import handlers
        from loopline.slices.insights.events import PersonErased
        from loopline.slices.surveys.events import AnswersForgotten, SurveyAnswered

        outbox.subscribe(SurveyAnswered, handlers.when_answered)
        outbox.subscribe(PersonErased, handlers.when_erased)
        outbox.subscribe(ContactsErased, handlers.when_contacts_erased)
        outbox.subscribe(AnswersForgotten, handlers.when_answers_forgotten)
