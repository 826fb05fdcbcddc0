"""Permissions, words, and the pure rules: when a ritual falls, what a line means, when one is not worth its time."""

from loopline.platform.identity.actor import Role
from loopline.slices.rituals.rules.agenda import Item, agenda
from loopline.slices.rituals.rules.cadence import Cadence, moment, per_month, said, slots
from loopline.slices.rituals.rules.pruning import (
    Offer,
    Past,
    Reason,
    cost_hours,
    median,
    offers,
    reasons,
)

__all__ = [
    "Cadence",
    "Item",
    "Offer",
    "Past",
    "Reason",
    "agenda",
    "cost_hours",
    "median",
    "moment",
    "offers",
    "per_month",
    "reasons",
    "said",
    "slots",
]

PERMISSIONS = {
    "ritual.read": Role.VIEWER,
    "ritual.run": Role.MEMBER,  # start, capture, rate, finish, skip
    "ritual.change": Role.PRODUCT,  # make, move, pause, shorten, cancel
    "week.read": Role.VIEWER,
    "week.change": Role.MEMBER,
}
STATES = (("active", "Active"), ("paused", "Paused"), ("retired", "Retired"))
SESSION_STATES = (("scheduled", "Scheduled"), ("held", "Held"), ("skipped", "Skipped"))
CADENCES = (
    ("weekly", "Every week"),
    ("fortnightly", "Every two weeks"),
    ("monthly", "Every month"),
    ("quarterly", "Every quarter"),
)
WEEKDAYS = tuple(
    enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
)
NTHS = ((1, "First"), (2, "Second"), (3, "Third"), (4, "Fourth"), (5, "Last"))
WORTH = (  # the answers to "was it worth the time?", 2 is break-even
    (0, "Waste of time"),
    (1, "Little"),
    (2, "Break-even"),
    (3, "Worth it"),
    (4, "Very much"),
)
LEAST_SHOWN = 3  # of two, each would know the other's; with fewer a median says whose it was
SHORTEST, LONGEST = 5, 480  # minutes of a session
EARLIEST = 168  # hours the pre-read may go out before
HATS = ("planning", "metrics review", "customers", "building", "people")
HAT_OF = {  # which hat a session made from one of our templates belongs to
    "ritual-quarterly-goals": "planning",
    "ritual-roadmap-review": "planning",
    "ritual-weekly-planning": "planning",
    "ritual-weekly-review": "metrics review",
    "ritual-metrics-review": "metrics review",
    "ritual-retro": "people",
    "ritual-go-no-go": "building",
    "ritual-forum": "planning",
    "ritual-hygiene": "building",
}
