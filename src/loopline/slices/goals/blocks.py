"""Where the key results of a quarter stand, in a block."""

from datetime import datetime

from loopline.platform.blocks.registry import Block, Param, Params, Row, Shown, register
from loopline.platform.blocks.shapes import short
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import today
from loopline.platform.ui.formats import num, plural
from loopline.slices.goals import queries
from loopline.slices.goals.figures import printed, standings
from loopline.slices.goals.rules import STATUS, checked_period, label, period_of

MOST = 12


def _shown(_actor: Actor, params: Params, now: datetime) -> Shown:
    period = checked_period(params["period"] or period_of(today(now)))
    name = label(period)
    found = [
        k
        for k in queries.key_result_rows()
        .filter(objective__period=period, objective__archived_at=None, archived_at=None)
        .order_by("objective_id", "pk")[:100]
        if k.dropped_at is None
    ]
    if not found:
        return Shown(missing=f"No key result is written down for {name}.", connect="/goals")
    stand = standings(found, now)
    counted: dict[str, int] = {}
    for k in found:
        word = stand[k.pk].word
        counted[word] = counted.get(word, 0) + 1
    rows = tuple(
        Row(
            (
                short(k.text), printed(stand[k.pk].value, k.unit), printed(k.target, k.unit), stand[k.pk].word,
                k.owner.name if k.owner else "nobody",
            ),
            f"/goals/key-results/{k.pk}",
        )
        for k in found[:MOST]
    )  # fmt: skip
    words = list(STATUS.values())
    order = sorted(
        counted.items(), key=lambda x: words.index(x[0]) if x[0] in words else len(words)
    )
    said = ", ".join(f"{num(n)} {word.lower()}" for word, n in order)
    measured = [k for k in found if stand[k.pk].value is not None]
    fine = sum(stand[k.pk].tone == "good" for k in measured)
    return Shown(
        f"{plural(len(found), 'key result')} in {name}: {said}.", fine if measured else None, "on track", "/goals",
        ("Key result", "Now", "Target", "Standing", "Owner"), rows,
    )  # fmt: skip


def registered() -> None:
    register(
        Block(
            "key-results", "Key results", "The key results of a quarter: where each stands against its target.",
            "goal.read", _shown, (Param("period", "Quarter, empty for this one", None, ""),), "Decide",
        )
    )  # fmt: skip
