"""Places of product events, people, cohorts and SQL in the navigation."""

from loopline.platform.ui import create, nav


def registered() -> None:
    """Put them there."""
    nav.item("Learn", "Events", "events", 60, None, "insight.read", icon="run", key="v")
    nav.item("Learn", "People", "product-people", 62, None, "person.read", icon="person")
    nav.item("Learn", "Cohorts", "cohorts", 64, None, "insight.read", icon="merge")
    nav.item("Learn", "SQL", "sql", 66, None, "sql.read", icon="table", key="q")
    create.kind(
        "event-name", "Planned event", "event-name-new", 70, permission="insight.change", icon="chart"
    )  # fmt: skip
    create.kind("cohort", "Cohort", "cohort-new", 60, permission="insight.change", icon="merge")
