"""What waits to be decided, was decided and comes back, in blocks."""

from datetime import datetime, timedelta

from loopline.platform.blocks.registry import Block, Params, Row, Shown, register
from loopline.platform.blocks.shapes import day, days, last, short, span
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import today
from loopline.platform.ui.formats import ago, num, plural
from loopline.slices.decisions.models import Decision
from loopline.slices.decisions.queries import rows as all_rows
from loopline.slices.decisions.rules import VERDICTS

MOST = 8
SOON = timedelta(days=14)
NOTHING = Shown(missing="No decision is written down yet.", connect="/decisions/new")


def _open(_actor: Actor, _params: Params, now: datetime) -> Shown:
    found = list(
        all_rows().filter(state="open", archived_at=None).order_by("created_at", "pk")[:200]
    )
    if not found:
        if not Decision.objects.exists():
            return NOTHING
        return Shown("No decision is waiting.", 0, "decisions", "/decisions?state=open")
    rows = tuple(
        Row(
            (short(d.question), ago(d.created_at, now=now), d.owner.name if d.owner else "nobody"),
            f"/decisions/{d.pk}",
        )
        for d in found[:MOST]
    )
    text = (
        f"{plural(len(found), 'decision')} {'waits' if len(found) == 1 else 'wait'}, "
        f"the oldest for {ago(found[0].created_at, now=now)}: {short(found[0].question)}"
    )
    return Shown(
        text,
        len(found),
        "decisions",
        "/decisions?state=open",
        ("Question", "Open for", "Owner"),
        rows,
    )


def _revisit(_actor: Actor, _params: Params, now: datetime) -> Shown:
    on = today(now)
    found = Decision.objects.filter(state="decided", archived_at=None, revisit_on__lte=on + SOON)
    coming = list(found.order_by("revisit_on", "pk")[:200])
    if not coming:
        if not Decision.objects.exists():
            return NOTHING
        return Shown("No decision comes back in the next 14 days.", 0, "decisions", "/decisions")
    due = sum(bool(d.revisit_on and d.revisit_on <= on) for d in coming)
    rows = tuple(
        Row((short(d.question), short(d.chosen), day(d.revisit_on, now)), f"/decisions/{d.pk}")
        for d in coming[:MOST]
    )
    text = f"{plural(due, 'decision')} to look at again now, {num(len(coming) - due)} in the next 14 days."
    return Shown(
        text, due, "decisions", "/decisions?due=1", ("Question", "Chosen then", "Look again"), rows
    )


def _made(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    found = Decision.objects.filter(
        state="decided", archived_at=None, decided_at__gte=since, decided_at__lte=now
    )
    made = list(found.order_by("-decided_at", "-pk")[:200])
    if not made:
        if not Decision.objects.exists():
            return NOTHING
        return Shown(f"Nothing was decided {last(count)}.", 0, "decisions", "/decisions")
    words = dict(VERDICTS)
    rows = tuple(
        Row(
            (
                short(d.question),
                short(d.chosen or words[d.verdict]),
                d.decider_name or "",
                day(d.decided_at, now),
            ),
            f"/decisions/{d.pk}",
        )
        for d in made[:MOST]
    )
    why = sum(bool(d.rationale.strip()) for d in made)
    text = f"{plural(len(made), 'decision')} made {last(count)}, {num(why)} with the reason written down."
    return Shown(
        text, len(made), "decisions", "/decisions", ("Question", "Chosen", "By", "When"), rows
    )


def registered() -> None:
    for block in (
        Block(
            "decisions-open",
            "Open decisions",
            "What waits to be decided, longest first.",
            "decision.read",
            _open,
            (),
            "Decide",
        ),
        Block(
            "decisions-revisit",
            "Decisions that come back",
            "Decisions whose day to look again has come or is near.",
            "decision.read",
            _revisit,
            (),
            "Decide",
        ),
        Block(
            "decisions-made",
            "Decisions made",
            "What was decided, by whom, and whether the reason is kept.",
            "decision.read",
            _made,
            (days(14),),
            "Decide",
        ),
    ):
        register(block)
