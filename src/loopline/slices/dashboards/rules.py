"""Permissions, and the order of tiles."""

from collections.abc import Sequence

from loopline.platform.identity.actor import Role

PERMISSIONS = {
    "dashboard.read": Role.VIEWER,
    "dashboard.change": Role.PRODUCT,
    "dashboard.subscribe": Role.VIEWER,
    "investigation.read": Role.VIEWER,
    "investigation.change": Role.PRODUCT,
}


def moved(ids: Sequence[int], tile: int, place: int) -> list[int]:
    """The order with one tile at another place (from 0); what does not fit goes to the end."""
    rest = [i for i in ids if i != tile]
    at = max(0, min(place, len(rest)))
    return [*rest[:at], tile, *rest[at:]]
