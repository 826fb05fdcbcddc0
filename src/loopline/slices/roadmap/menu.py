"""Where the roadmap stands in the navigation and under C."""

from loopline.platform.ui import create, nav
from loopline.platform.ui.shortcuts import Shortcut
from loopline.platform.ui.shortcuts import register as keys


def register() -> None:
    read = "bet.read"
    nav.item(
        "Decide",
        "Opportunities",
        "opportunities",
        10,
        None,
        "opportunity.read",
        icon="target",
        key="o",
    )
    nav.item("Decide", "Priorities", "priorities", 20, None, read, icon="sliders", key="p")
    nav.item("Decide", "Roadmap", "roadmap", 30, None, read, icon="flag", key="r")
    nav.item("Decide", "Bets", "bets", 35, None, read, icon="flag", key="b")
    create.kind(
        "opportunity",
        "Opportunity",
        "opportunity-new",
        20,
        permission="opportunity.change",
        icon="target",
    )
    create.kind("bet", "Bet", "bet-new", 30, permission="bet.change", icon="flag")
    keys(
        Shortcut("b", "New bet on this opportunity", "On an opportunity"),
        Shortcut("Shift → ←", "Move the card to the next, previous column", "On the board"),
        Shortcut("Shift ↑ ↓", "Move the card up, down", "On the board"),
    )
