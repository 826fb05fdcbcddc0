"""What is to be done and what is late, in blocks."""

from datetime import datetime

from django.db.models import Q

from loopline.core.problems import Invalid
from loopline.platform.blocks.registry import Block, Param, Params, Row, Shown, register
from loopline.platform.blocks.shapes import day, short, team, team_name
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import today
from loopline.platform.ui.formats import num, plural
from loopline.slices.actions import queries
from loopline.slices.actions.models import ActionItem

MOST = 12


def _wanted(actor: Actor, params: Params) -> Q:
    """Which items are asked for. Raises Invalid."""
    found = queries.LIVE
    if params["mine"] in ("1", "true", "yes"):
        found &= Q(owner_id=actor.user_id or 0)
    if name := team_name(params):
        found &= Q(owner__teams__name=name)
    if source := params["source"].strip():
        type_, _, id_ = source.partition(":")
        found &= Q(source_type=type_)
        if id_:
            if not id_.isdecimal() or len(id_) > 18:
                raise Invalid(source="Write where they come from as decision:4, or only decision.")
            found &= Q(source_id=int(id_))
    return found


def _rows(found: list[ActionItem], now: datetime) -> tuple[Row, ...]:
    on = today(now)
    return tuple(
        Row(
            (
                short(a.text),
                a.owner.name if a.owner else "nobody",
                f"{day(a.due, now)}, late" if a.due < on else day(a.due, now),
            ),
            f"/actions/{a.pk}",
        )
        for a in found[:MOST]
    )


def _shown(actor: Actor, params: Params, now: datetime, *, late: bool) -> Shown:
    on = today(now)
    where = _wanted(actor, params) & (Q(due__lt=on) if late else Q())
    items = ActionItem.objects.filter(where).select_related("owner").order_by("due", "pk")
    found = list(items[:500])
    href = "/actions?overdue=1" if late else "/actions"
    if not found:
        if not queries.anything():
            return Shown(missing="No action item is written down yet.", connect="/actions/new")
        return Shown(
            "Nothing is late." if late else "Nothing is left to do here.", 0, "actions", href
        )
    over = sum(a.due < on for a in found)
    if late:
        days = (on - found[0].due).days
        verb = "is" if len(found) == 1 else "are"
        text = f"{plural(len(found), 'action')} {verb} late, the longest by {plural(days, 'day')}."
    else:
        text = f"{plural(len(found), 'action')} open"
        text += f", {num(over)} of them late." if over else ", none late."
    return Shown(text, len(found), "actions", href, ("To do", "Owner", "Due"), _rows(found, now))


def _open(actor: Actor, params: Params, now: datetime) -> Shown:
    return _shown(actor, params, now, late=False)


def _overdue(actor: Actor, params: Params, now: datetime) -> Shown:
    return _shown(actor, params, now, late=True)


WHOSE = (
    Param("mine", "Whose", lambda: (("", "Everybody's"), ("1", "Of whoever reads")), ""),
    team(),
    Param("source", "From, as decision:4", None, ""),
)


def registered() -> None:
    for block in (
        Block(
            "actions-open",
            "Open actions",
            "What is still to do, by whom and until when.",
            "action.read",
            _open,
            WHOSE,
            "Run",
        ),
        Block(
            "actions-overdue",
            "Late actions",
            "What should have been done by now, longest late first.",
            "action.read",
            _overdue,
            WHOSE,
            "Run",
        ),
    ):
        register(block)
