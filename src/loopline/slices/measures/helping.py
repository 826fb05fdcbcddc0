"""Helping to choose an activation rule: what people did early, and who of them was still there later."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from loopline.core.insights import ir
from loopline.core.metrics.early import Group, Ranked, ranked
from loopline.core.metrics.periods import Period
from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.insights import queries as insights
from loopline.slices.measures import counting


@dataclass(frozen=True, slots=True)
class Found:
    """`people` signed up in the span, `kept` of them were active in the later week; rules the strongest first."""

    people: int
    kept: int
    start: datetime
    end: datetime
    rules: tuple[Ranked, ...]


def early(
    *, actor: Actor, signup: str, days: int, week: int, back: int, actor_is: str = "person", now: datetime
) -> Found:  # fmt: skip
    """Rules of one event and 1 to 5 times within `days` days of signing up, against being active in the `week`-th week
    after. Looks at those who signed up in `back` days that end when that week can be seen in full.

    Raises Invalid where the early days reach into the later week, or nobody signed up.
    """
    allow(actor, "metric.read")
    if days > week * 7:
        raise Invalid(
            week="The later week lies after the early days; choose a later week or fewer days."
        )
    end = now - timedelta(days=7 * (week + 1))
    start = end - timedelta(days=back)
    text = counting.early_events(
        ir.Match(signup), Period(start, end), days=days, week=week, actor=actor_is
    )
    rows = insights.sql(actor=Actor.system(), text=text, limit=10_000)["rows"]
    total = next((r for r in rows if r[0] is None), None)
    people, kept = (int(total[2]), int(total[3])) if total else (0, 0)
    groups = [Group(str(e), int(t), int(d), int(k)) for e, t, d, k in rows if e is not None]
    return Found(people, kept, start, end, tuple(ranked(groups, people, kept)) if people else ())
