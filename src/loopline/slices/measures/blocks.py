"""What metrics say, in blocks."""

from datetime import datetime

from loopline.core.problems import Invalid
from loopline.platform.blocks.registry import Block, Param, Params, Row, Shown, number, register
from loopline.platform.blocks.shapes import day
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import zone
from loopline.platform.ui import charts
from loopline.platform.ui.drawn.metric import period_name
from loopline.platform.ui.formats import plural, written
from loopline.slices.measures import queries
from loopline.slices.measures.models import Metric
from loopline.slices.measures.pages import moved, sentence
from loopline.slices.measures.starterset import by_key

START = "/measures/start"
MOST = 8
WEIGHTY = 0.02  # a smaller change, relative to the value before, is not called a move
SAME = {"activation-rate": "activation", "escape-rate": "defect-escape-rate", "cycle": "cycle-time"}


def starter_key(text: str) -> str:
    """How the starter set calls what somebody wrote: activation_rate is activation."""
    plain = text.strip().lower().replace("_", "-").replace(" ", "-")
    return SAME.get(plain, plain)


def _metric(params: Params) -> tuple[Metric | None, str]:
    """The metric, and what to say where it is not there. One query. Raises Invalid without id or key."""
    rows = Metric.objects.filter(archived_at=None).select_related("owner")
    if params["id"]:
        found = rows.filter(pk=number(params, "id")).first()
        return found, "This metric is no longer there."
    key = starter_key(params["key"])
    if not key:
        raise Invalid(id="Choose a metric.")
    starter = by_key(key)
    found = rows.filter(starter__startswith=key).order_by("pk").first()
    if found and found.starter.partition(":")[0] != key:
        found = None
    if starter is None:
        return found, f"There is no metric {params['key']} in the starter set."
    return found, f"{starter.name}: not yet measured. It needs {_lower(starter.needs)}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _one(_actor: Actor, params: Params, now: datetime) -> Shown:
    m, missing = _metric(params)
    if m is None:
        return Shown(missing=missing, connect=START)
    s, kept = queries.summary_of(m, now=now)
    href = f"/measures/{m.pk}"
    if s.latest is None:
        why = m.trouble or "It has no value yet."
        return Shown(missing=f"{m.name}: {_lower(why)}", connect=href)
    here = zone()
    rows = tuple(
        Row(
            (
                period_name(v.start, m.grain, here) if v.start else day(v.at, now),
                written(v.value, m.unit),
            )
        )
        for v in reversed(kept[-6:])
    )
    return Shown(
        f"{m.name}: {sentence(m, s, here)}.",
        s.latest.value,
        m.unit,
        href,
        ("When", "Value"),
        rows,
        charts.spark(s.values, f"{m.name} over time"),
    )


def _moves(s: queries.Summary) -> float:
    """How far it moved, relative to the value before; 0 for hardly."""
    if s.change is None or s.previous is None:
        return 0.0
    base = abs(s.previous.value) or 1.0
    size = abs(s.change) / base
    return size if size >= WEIGHTY else 0.0


def _moved(_actor: Actor, _params: Params, now: datetime) -> Shown:
    ids = Metric.objects.filter(archived_at=None).order_by("pk").values_list("pk", flat=True)[:200]
    found = [s for s in queries.metric_summary(list(ids), now=now).values() if s.latest]
    if not found:
        return Shown(missing="No metric has a value yet.", connect=START)
    moving = sorted((s for s in found if _moves(s)), key=lambda s: (s.odd is None, -_moves(s)))
    rows = tuple(
        Row(
            (
                s.name,
                written(s.latest.value, s.unit) if s.latest else "",
                moved(s.change, s.unit),
                "unusual" if s.odd else "",
            ),
            f"/measures/{s.id}",
        )
        for s in moving[:MOST]
    )
    if not moving:
        text = f"None of {plural(len(found), 'metric')} moved in its last full period."
    else:
        first = moving[0]
        text = (
            f"{len(moving)} of {plural(len(found), 'metric')} moved in the last full period, "
            f"{first.name} most: {moved(first.change, first.unit)}."
        )
    return Shown(
        text, len(moving), "metrics", "/measures", ("Metric", "Now", "Change", "Note"), rows
    )


def _choices() -> list[tuple[str, str]]:
    return [("", "Choose a metric"), *queries.metric_choices()[1:]]


def registered() -> None:
    register(
        Block(
            "metric",
            "Metric",
            "One metric: its value, how it moved and its target.",
            "metric.read",
            _one,
            (
                Param("id", "Metric", _choices, ""),
                Param("key", "Or by its name in the starter set", None, ""),
            ),
            "Learn",
        ),
    )
    register(
        Block(
            "metrics-moved",
            "Metrics that moved",
            "Which metrics changed in their last full period, unusual ones first.",
            "metric.read",
            _moved,
            (),
            "Learn",
        ),
    )
