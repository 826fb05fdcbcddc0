from datetime import timedelta
from pathlib import Path
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
        from loopline.platform.schedule.every import every
        from loopline.platform.ui import nav
        from loopline.slices.docs import templating
        from loopline.slices.docs.events import DocFilled
        from loopline.slices.playbook import events, handlers, queries, rules
        from loopline.slices.playbook.plays import menu as plays
        from loopline.slices.playbook.scorecard import blocks as outcomes
        from loopline.slices.playbook.scorecard import changing, measured
        from loopline.slices.playbook.standup import adoption, blocks, pulse, squads
        from loopline.slices.playbook.standup import handlers as standup

        declare(rules.PERMISSIONS)
        subscribe(events.ImprovementDecided, handlers.tell_author)
        register(Kind("question", "Question", "Q", "question.read", queries.question_cards, "doc"))
        nav.item("Run", "Prepare", "prepare", 30, None, None, icon="doc", key="e")
        templating.add_folder(Path(__file__).parent / "content" / "standup")
        templating.add_folder(Path(__file__).parent / "content" / "scorecard")
        subscribe(DocFilled, standup.when_filled)
        squads.register()
        adoption.register()
        blocks.register_all()
        every(timedelta(days=1), pulse.ask_squads)
        measured.register_all()
        outcomes.register_all()
        every(timedelta(days=1), changing.read_all)
        nav.item("Run", "Scorecard", "scorecard", 14, None, "scorecard.read", icon="target")
        nav.item("Run", "Stand-up", "rollout", 11, None, "rollout.read", icon="run")
        nav.item("Run", "Adoption", "adoption", 13, None, "rollout.read", icon="person")
        plays.registered()
        post_migrate.connect(_content, sender=self)


def _content(**_kwargs: Any) -> None:
    from loopline.slices.playbook.content import load_content
    from loopline.slices.playbook.plays.menu import index_plays

    load_content(now=timezone.now())
    index_plays()
