"""The scorecard in blocks: how all of it stands, and one outcome."""

from datetime import datetime

from loopline.core.problems import Invalid, Missing
from loopline.platform.blocks.registry import Block, Param, Params, Row, Shown, register
from loopline.platform.identity.actor import Actor
from loopline.platform.ui.charts import spark
from loopline.platform.ui.formats import written
from loopline.slices.playbook.scorecard.changing import aim, printed
from loopline.slices.playbook.scorecard.reading import SCORECARD, headline, read
from loopline.slices.playbook.standup.sheets import newest, rows_of

NONE = Shown(missing="There is no scorecard yet.", connect="/scorecard")
GROUP = "Scorecard"


def whole(actor: Actor, _params: Params, now: datetime) -> Shown:
    card = read(actor, now)
    if card is None:
        return NONE
    rows = tuple(
        Row(
            (line.outcome, written(line.baseline.value, line.said.unit) if line.baseline else "",
             printed(line.said), aim(line.judged.target, line.said.unit), line.standing),
            f"/scorecard#row-{line.id}",
        )
        for line in card.lines
    )  # fmt: skip
    good = sum(line.judged.state in ("there", "on_way") for line in card.lines)
    return Shown(
        f"{headline(card)}.", good, "outcomes", "/scorecard",
        ("Outcome", "Baseline", "Now", "Target", "Standing"), rows,
    )  # fmt: skip


def one(actor: Actor, params: Params, now: datetime) -> Shown:
    if not params["row"]:
        raise Invalid(row="Choose an outcome of the scorecard.")
    card = read(actor, now)
    if card is None:
        return NONE
    line = next((each for each in card.lines if each.id == params["row"]), None)
    if line is None:
        raise Missing("outcome")
    href = f"/scorecard#row-{line.id}"
    if line.said.value is None:
        return Shown(missing=f"{line.outcome}: {line.said.missing}", connect=line.said.connect)
    unit = line.said.unit
    was = f", from {written(line.baseline.value, unit)}" if line.baseline else ""
    to = f", target {aim(line.judged.target, unit)}" if line.judged.target is not None else ""
    text = f"{line.outcome}: {printed(line.said)}{was}{to}. {line.standing}."
    drawn = spark([v for _, v in line.history], f"{line.outcome} over time")
    rows = tuple(Row((f"{at:%Y-%m-%d}", written(v, unit))) for at, v in line.history[-6:])
    return Shown(text, line.said.value, unit, href, ("When", "Value"), rows, drawn)


def _rows() -> list[tuple[str, str]]:
    return [
        ("", "Choose an outcome"),
        *((r["id"], r.get("outcome") or "") for r in rows_of(newest(SCORECARD), "rows")),
    ]


def register_all() -> None:
    register(
        Block("scorecard", "Scorecard", "Every outcome with its baseline, now and target.", "scorecard.read", whole,
              (), GROUP)
    )  # fmt: skip
    register(
        Block("scorecard-row", "One outcome", "An outcome of the scorecard: from where, now, and its target.",
              "scorecard.read", one, (Param("row", "Outcome", _rows, ""),), GROUP)
    )  # fmt: skip
