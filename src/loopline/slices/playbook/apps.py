from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils import timezone


class PlaybookConfig(AppConfig):
    name = "loopline.slices.playbook"
    label = "playbook"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events.outbox import subscribe
        from loopline.platform.identity.policy import declare
        from loopline.platform.ui import nav
        from loopline.slices.playbook import events, handlers, queries, rules

        declare(rules.PERMISSIONS)
        subscribe(events.ImprovementDecided, handlers.tell_author)
        register(Kind("question", "Question", "Q", "question.read", queries.question_cards, "doc"))
        nav.item("Run", "Prepare", "prepare", 30, None, None, icon="doc", key="e")
        post_migrate.connect(_content, sender=self)


def _content(**_kwargs: Any) -> None:
    from loopline.slices.playbook.content import load_content

    load_content(now=timezone.now())
