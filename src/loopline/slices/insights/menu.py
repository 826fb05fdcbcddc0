"""Places of product events, people, cohorts and SQL in the navigation, and people in the palette."""

from urllib.parse import quote

from loopline.platform.identity.actor import Actor
from loopline.platform.search import sources
from loopline.platform.ui import create, nav
from loopline.slices.insights import people


def _people(actor: Actor, text: str) -> list[sources.Found]:
    return [
        sources.Found(
            p.name, f"/people/{quote(p.id, safe='')}", "person",
            next((t for t in (p.email, p.account, p.id) if t and t != p.name), ""),
        )
        for p in people.starting(actor=actor, text=text)
    ]  # fmt: skip


def registered() -> None:
    """Put them there."""
    nav.item("Learn", "Events", "events", 60, None, "insight.read", icon="run", key="v")
    nav.item("Learn", "People", "product-people", 62, None, "person.read", icon="person")
    nav.item("Learn", "Cohorts", "cohorts", 64, None, "insight.read", icon="merge")
    nav.item("Learn", "SQL", "sql", 66, None, "sql.read", icon="table", key="q")
    create.kind(
        "event-name", "Planned event", "event-name-new", 70, permission="insight.change", icon="chart"
    )  # fmt: skip
    sources.offer(sources.Source("Product people", "person.read", _people))
    create.kind("cohort", "Cohort", "cohort-new", 60, permission="insight.change", icon="merge")
