"""Where goals stand in the navigation, under C, and their keys."""

from loopline.platform.ui import create, nav
from loopline.platform.ui.shortcuts import Shortcut
from loopline.platform.ui.shortcuts import register as keys


def registered() -> None:
    nav.item("Decide", "Goals", "goals", 50, None, "goal.read", icon="target")
    nav.item("Decide", "Plan", "plan", 52, None, "goal.read", icon="calendar")
    create.kind(
        "objective", "Objective", "objective-new", 32, permission="goal.change", icon="target"
    )
    create.kind(
        "key-result", "Key result", "key-result-new", 34, permission="goal.change", icon="chart"
    )
    create.kind(
        "direction", "Change of direction", "direction-new", 42, permission="direction.change", icon="arrow"
    )  # fmt: skip
    keys(
        Shortcut("i", "Check in", "On goals"),
        Shortcut("Shift D", "Change direction", "On goals"),
    )
