"""What reports say, in blocks: asked when the page is there, since they look into the events."""

from datetime import datetime

from loopline.core.problems import Invalid
from loopline.platform.blocks.registry import Block, Param, Params, Row, Shown, number, register
from loopline.platform.identity.actor import Actor
from loopline.slices.insights import queries

WIDTH = 640


def _report(actor: Actor, params: Params, now: datetime) -> Shown:
    if not params["id"]:
        raise Invalid(id="Choose a report.")
    id_ = number(params, "id")
    found = queries.report_definitions([id_]).get(id_)
    if found is None:
        return Shown(missing="This report is no longer there.", connect="/reports")
    href = f"/reports/{id_}"
    if found["kind"] == "sql":
        said = found["finding"] or found["says"] or "A table asked for in SQL."
        return Shown(f"{found['name']}: {said}", href=f"/sql?report={id_}")
    drawn, _ = queries.drawn(actor=actor, kind=found["kind"], body=found["body"], now=now, w=WIDTH)
    rows = tuple(Row(tuple(str(cell) for cell in row)) for row in drawn.rows)
    if not rows:
        return Shown(
            missing=f"{found['name']}: {drawn.finding or 'nothing was recorded in this time'}",
            connect=href,
        )
    return Shown(
        f"{found['name']}: {drawn.finding}",
        None,
        drawn.unit,
        href,
        tuple(str(h) for h in drawn.head),
        rows,
        drawn.svg,
    )


def _choices() -> list[tuple[str, str]]:
    return [("", "Choose a report"), *queries.report_choices()]


def registered() -> None:
    register(
        Block(
            "report",
            "Report",
            "A funnel, retention, trend or another report, drawn as on its own page.",
            "insight.read",
            _report,
            (Param("id", "Report", _choices, ""),),
            "Learn",
            slow=True,
        ),
    )
