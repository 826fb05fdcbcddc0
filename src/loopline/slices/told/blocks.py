"""Who waits to be told and who was, in blocks."""

from datetime import datetime

from loopline.platform.blocks.registry import Block, Params, Row, Shown, register
from loopline.platform.blocks.shapes import day, days, last, middle, short, span
from loopline.platform.identity.actor import Actor
from loopline.platform.ui.formats import ago, dur, plural
from loopline.slices.told import queries
from loopline.slices.told.models import FollowUp

MOST = 6
NOTHING = Shown(
    missing="Nobody is to be told anything yet. Ship a release whose work belongs to a bet that people asked for.",
    connect="/releases",
)


def _waiting(_actor: Actor, _params: Params, now: datetime) -> Shown:
    found = queries.rows().filter(state="draft", archived_at=None).order_by("created_at", "pk")
    drafts = list(found[:1000])
    if not drafts:
        if not FollowUp.objects.exists():
            return NOTHING
        return Shown("No answer waits to be sent.", 0, "answers", "/follow-ups")
    rows = tuple(
        Row(
            (f.to_name or f.address or "Asker", short(f.subject, 70), ago(f.created_at, now=now)),
            f"/follow-ups/{f.pk}",
        )
        for f in drafts[:MOST]
    )
    text = (
        f"{plural(len(drafts), 'answer')} {'waits' if len(drafts) == 1 else 'wait'} for a yes, "
        f"the oldest for {ago(drafts[0].created_at, now=now)}."
    )
    return Shown(text, len(drafts), "answers", "/follow-ups", ("To", "About", "Waits"), rows)


def _told(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    times = queries.closing_times(since=since, until=now)
    if not times:
        if not FollowUp.objects.exists():
            return NOTHING
        return Shown(
            f"Nobody was told that what they asked for has shipped {last(count)}.",
            0,
            "people",
            "/follow-ups?state=sent",
        )
    typical = middle([(told - asked).total_seconds() for asked, told in times])
    newest = (
        queries.rows()
        .filter(occasion="ship", state="sent", sent_at__gte=since, sent_at__lt=now)
        .order_by("-sent_at")[:MOST]
    )
    rows = tuple(
        Row(
            (
                f.to_name or f.address or "Asker",
                f.opportunity.title if f.opportunity else short(f.subject, 70),
                day(f.sent_at, now),
            ),
            f"/follow-ups/{f.pk}",
        )
        for f in newest
    )
    text = (
        f"{plural(len(times), 'person', 'people')} heard {last(count)} that what they asked for has shipped; "
        f"half waited at most {dur(typical)} from asking."
    )
    return Shown(
        text, len(times), "people", "/follow-ups?state=sent", ("Who", "About", "When"), rows
    )


def registered() -> None:
    register(
        Block(
            "follow-ups-waiting",
            "Answers to approve",
            "Drafts to people who asked, waiting for a yes.",
            "follow_up.read",
            _waiting,
            (),
            "Tell",
        ),
    )
    register(
        Block(
            "told",
            "Who was told",
            "People who heard that their ask has shipped, and how long it took.",
            "follow_up.read",
            _told,
            (days(30),),
            "Tell",
        ),
    )
