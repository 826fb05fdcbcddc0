"""What changes elsewhere puts docs that describe it out of date. Known by the names of events, since later areas
publish them and nobody here may know those."""

from collections.abc import Mapping

from loopline.platform.cards.registry import cards
from loopline.platform.events.outbox import Happened
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import zone
from loopline.platform.ui.formats import day
from loopline.slices.docs.services import mark_stale

# event -> (type of the object, the event's field with its number, what is said of it)
SAYS: Mapping[str, tuple[str, str, str]] = {
    "metric.redefined": ("metric", "metric_id", "got a new definition"),
    "bet.committed": ("bet", "bet_id", "was committed"),
    "bet.declined": ("bet", "bet_id", "was declined"),
    "bet.shipped": ("bet", "bet_id", "shipped"),
    "bet.taken_back": ("bet", "bet_id", "was taken back"),
    "release.shipped": ("release", "release_id", "shipped"),
    "decision.decided": ("decision", "decision_id", "was decided"),
    "direction.decided": ("direction", "direction_id", "was decided"),
    "objective.closed": ("objective", "objective_id", "was closed"),
    "flag.changed": ("flag", "flag_id", "changed"),
    "flag.archived": ("flag", "flag_id", "was put away"),
    "report.definition_changed": ("report", "report_id", "counts something else now"),
}


def wanted(event_type: str) -> bool:
    return event_type in SAYS


def when_changed(_event: object, happened: Happened) -> None:
    """Docs that name the object are out of date; the first reason stands until somebody looks the doc over."""
    type_, field, words = SAYS[happened.type]
    id_ = happened.payload.get(field)
    if not id_:
        return
    actor = Actor.system()
    card = cards(actor=actor, refs=[(type_, id_)]).get((type_, id_))
    if card is None:
        return
    name = f"{card.key} {card.title}".strip()[:200]
    on = day(happened.at, now=happened.at, zone=zone())
    mark_stale(actor=actor, refs=[(type_, id_)], why=f"{name} {words} on {on}", now=happened.at)
