"""Whoever gets something to do from somebody else hears of it."""

from loopline.platform.events.outbox import Happened
from loopline.platform.identity.queries import people_by_id
from loopline.platform.notify.services import notify_person
from loopline.platform.ui.formats import day
from loopline.slices.actions.events import ActionAssigned, ActionCreated
from loopline.slices.actions.queries import by_ids


def tell_owner(event: ActionCreated | ActionAssigned, happened: Happened) -> None:
    """Once for each event, and not of what one gave oneself."""
    found = by_ids([event.action_item_id]).get(event.action_item_id)
    if found is None or not found.is_open or found.owner_id != event.owner_id:
        return
    if happened.actor_id in (None, event.owner_id):
        return
    giver = people_by_id({happened.actor_id or 0}).get(happened.actor_id or 0)
    name = giver.name if giver else "Somebody"
    notify_person(
        user_id=event.owner_id, text=f"{name} asks you, by {day(found.due, now=happened.at)}: {found.text}",
        url=f"/actions/{found.id}", kind="action", key=f"action-given:{happened.id}", now=happened.at,
    )  # fmt: skip
