from datetime import timedelta

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "loopline.slices.surveys"
    label = "surveys"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.schedule.every import every
        from loopline.platform.ui import create, nav
        from loopline.platform.ui.objects import say
        from loopline.platform.undo import steps
        from loopline.slices.customers.events import ContactsErased
        from loopline.slices.insights.events import PersonErased
        from loopline.slices.surveys import (
            blocks,
            events,
            facts,
            fields,
            handlers,
            jobs,
            queries,
            rules,
            services,
            tables,
        )

        declare(rules.PERMISSIONS)
        blocks.registered()
        outbox.register(events.SurveyAnswered, events.AnswersForgotten)
        outbox.subscribe(PersonErased, handlers.when_erased)
        outbox.subscribe(ContactsErased, handlers.when_contacts_erased)
        register(Kind("survey", "Survey", "SUR", "survey.read", queries.survey_cards, "comment"))
        every(timedelta(minutes=1), jobs.send_held)
        every(timedelta(minutes=30), jobs.remind_due)
        every(timedelta(minutes=10), handlers.keep_the_days)
        steps.register("survey.turn_back", services.turn_back)
        steps.register("survey.unsend", services.unsend)
        steps.register("survey.archive_many", services.archive_many)
        say("survey.sent", lambda e: f"asked {e.after.get('asked', 0):,} people")
        say(
            "survey.forgot_person",
            lambda e: f"forgot {e.after.get('answers', 0):,} answers of an erased person",
        )
        say("survey.unsent", lambda e: f"took back {e.after.get('people', 0):,} mails")
        nav.item("Learn", "Surveys", "surveys", 50, None, "survey.read", icon="comment", key="y")
        create.kind(
            "survey", "Survey", "survey-new", 55, permission="survey.change", icon="comment"
        )
        fields.register()
        facts.registered()
        tables.registered()
