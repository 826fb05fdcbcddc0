"""What is edited in place, and how a history reads."""

from loopline.platform.audit.queries import Entry
from loopline.platform.ui import objects
from loopline.platform.ui.rows import Edit, row_fields
from loopline.slices.dashboards import queries, services

SAYS = {
    "investigation.concluded": "wrote the finding down",
    "investigation.effect_measured": "measured the effect",
    "investigation.chart_added": "added a chart",
    "investigation.chart_removed": "took a chart off",
    "dashboard.tile_added": "added a chart",
    "dashboard.tile_removed": "took a chart off",
    "dashboard.tile_changed": "arranged a chart",
}


def _changed(entry: Entry) -> str:
    if "metric_id" in entry.after or "since" in entry.after:
        return "chose how to measure the effect"
    return f"changed the {', '.join(k.removesuffix('_id').replace('_', ' ') for k in entry.after)}"


def _words(text: str) -> objects.Say:
    return lambda _entry: text


def registered() -> None:
    for action, text in SAYS.items():
        objects.say(action, _words(text))
    objects.say("investigation.changed", _changed)
    row_fields(
        "dashboard", lambda i: queries.rows().filter(pk=i).first(), "dashboard.change", services.change_dashboard,
        Edit("name", "Name"), Edit("finding", "Finding", "longtext"), Edit("review_on", "Next review", "date"),
        Edit("owner", "Owner", "person", key="owner_id", value=lambda d: d.owner.name if d.owner else ""),
    )  # fmt: skip
    row_fields(
        "investigation", lambda i: queries.investigation_rows().filter(pk=i).first(), "investigation.change",
        services.change_investigation,
        Edit("question", "Question"), Edit("finding", "Finding", "longtext"),
        Edit("owner", "Owner", "person", key="owner_id", value=lambda i: i.owner.name if i.owner else ""),
    )  # fmt: skip
