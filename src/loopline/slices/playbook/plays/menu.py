"""Where plays, stage and library stand in the product."""

from datetime import timedelta
from pathlib import Path

from loopline.platform.cards.registry import Card, Kind, register
from loopline.platform.schedule.every import every
from loopline.platform.search import index
from loopline.platform.ui import nav
from loopline.platform.undo import steps
from loopline.slices.docs import templating
from loopline.slices.playbook.models import Question
from loopline.slices.playbook.plays import blocks, feeds, standing
from loopline.slices.playbook.plays.mapping import plays

CONTENT = Path(__file__).parent.parent / "content" / "plays"


def play_cards(ids: set[int]) -> dict[int, Card]:
    return {
        q.pk: Card("play", q.pk, p.title, f"/plays/{p.number}", f"PLAY-{p.number}", p.station)
        for q in Question.objects.filter(pk__in=ids, own=False)
        if (p := plays().get(q.slug))
    }


def index_plays() -> None:
    """Put the packaged plays where search finds them; again changes nothing."""
    rows = Question.objects.filter(slug__in=plays(), own=False)
    index.put(
        [
            index.Entry(
                "play", q.pk, plays()[q.slug].title, q.created_at, f"PLAY-{q.number}",
                f"{q.question} {q.content.get('why_it_is_asked', '')}",
            )
            for q in rows
        ]
    )  # fmt: skip


def registered() -> None:
    """All of it."""
    templating.add_folder(CONTENT)
    blocks.registered()
    register(Kind("play", "Play", "PLAY", "play.read", play_cards, "book"))
    steps.register("feed.followed", feeds.follow_again)
    every(timedelta(days=1), standing.reckon_nightly)
    every(timedelta(days=1), feeds.fetch_nightly)
    nav.item("Run", "Plays", "plays", 15, None, "play.read", icon="doc")
    nav.item("Run", "Stage", "stage", 16, None, "stage.read", icon="target")
    nav.item("Run", "Library", "library", 17, None, "library.read", icon="doc")
