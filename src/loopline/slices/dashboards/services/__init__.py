"""Doing: dashboards, their tiles and readers, investigations."""

from loopline.slices.dashboards.services.boards import (
    add_tile,
    change_dashboard,
    change_tile,
    create_dashboard,
    looked,
    remove_tile,
    subscribe,
    unsubscribe,
)
from loopline.slices.dashboards.services.inquiries import (
    add_chart,
    change_investigation,
    conclude,
    measure_effect,
    open_investigation,
    remove_chart,
)

__all__ = [
    "add_chart",
    "add_tile",
    "change_dashboard",
    "change_investigation",
    "change_tile",
    "conclude",
    "create_dashboard",
    "looked",
    "measure_effect",
    "open_investigation",
    "remove_chart",
    "remove_tile",
    "subscribe",
    "unsubscribe",
]
