"""Permissions, the states of a bet and which may follow which."""

from collections.abc import Mapping

from loopline.platform.identity.actor import Role

PERMISSIONS = {
    "opportunity.read": Role.VIEWER,
    "opportunity.change": Role.PRODUCT,
    "bet.read": Role.VIEWER,
    "bet.change": Role.PRODUCT,
    "bet.score": Role.MEMBER,
    "scoring.change": Role.PRODUCT,
}

STATES: Mapping[str, str] = {
    "proposed": "Proposed",
    "committed": "Committed",
    "in_progress": "In progress",
    "shipped": "Shipped",
    "confirmed": "Confirmed",
    "pivoted": "Pivoted",
    "sunset": "Sunset",
    "declined": "Declined",
}
FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "proposed": ("committed", "declined"),
    "committed": ("in_progress", "shipped", "declined"),
    "in_progress": ("shipped", "declined"),
    "shipped": ("confirmed", "pivoted", "sunset"),
    "confirmed": ("sunset",),
    "pivoted": ("sunset",),
    "sunset": (),
    "declined": ("proposed",),
}
HORIZONS = (("now", "Now"), ("next", "Next"), ("later", "Later"))
HORIZON_SAYS = {
    "now": "committed, this quarter",
    "next": "in order, not dated",
    "later": "problems we believe in",
}
BUILDING = ("committed", "in_progress", "shipped", "confirmed", "pivoted", "sunset")
CHECK_AFTER_DAYS = 28  # from shipping until the success metric is looked at


def may_follow(before: str, after: str) -> bool:
    return after in FOLLOWS[before]
