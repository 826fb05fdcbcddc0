"""Where dashboards and investigations stand in the navigation, and what C creates."""

from loopline.platform.ui import create, nav


def registered() -> None:
    nav.item("Learn", "Dashboards", "dashboards", 20, None, "dashboard.read", icon="chart")
    nav.item(
        "Learn", "Investigations", "investigations", 22, None, "investigation.read", icon="search"
    )
    create.kind(
        "dashboard", "Dashboard", "dashboard-new", 52, permission="dashboard.change", icon="chart"
    )
    create.kind(
        "investigation", "Investigation", "investigation-new", 54, permission="investigation.change",
        icon="search",
    )  # fmt: skip
