from django.apps import AppConfig


class DocsConfig(AppConfig):
    name = "loopline.slices.docs"
    label = "docs"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.ui import create, nav
        from loopline.platform.undo import steps
        from loopline.slices.docs import (
            events,
            fields,
            handlers,
            jobs,
            panels,
            queries,
            rules,
            services,
        )

        declare(rules.PERMISSIONS)
        outbox.register(events.DocFilled)
        outbox.register(events.DocReviewed)
        outbox.register(events.DocSent)
        register(Kind("doc", "Doc", "DOC", "doc.read", queries.doc_cards, "doc"))
        steps.register("doc.row_back", services.put_row_back)
        steps.register("doc.archived", services.put_away)
        steps.register("doc.back_many", services.bring_back)
        outbox.subscribe_all("docs.out_of_date", handlers.when_changed, handlers.wanted)
        fields.registered()
        panels.registered()
        jobs.registered()
        nav.item("Run", "Docs", "docs", 20, None, "doc.read", icon="doc")
        create.kind("doc", "Doc", "doc-new", 60, permission="doc.write", icon="doc")
