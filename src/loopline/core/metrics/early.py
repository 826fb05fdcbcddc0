"""Early events ranked by how they go with staying. Correlation: who does much early may stay for another reason.

For every event and threshold, people who joined are split into those who did it at least so often in their first days
and those who did not; both groups' shares still active later are compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from loopline.core.metrics.intervals import newcombe

SMALL = 30  # people in either group below which a difference is not to be trusted
THRESHOLDS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Group:
    """People who did `event` at least `times` early on, and how many of them stayed."""

    event: str
    times: int
    doers: int
    kept: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """One rule. Shares 0 to 1; `difference` is kept among doers less kept among the others, with its interval.

    `lift` is how many times as likely doers stay; None where nobody of the others did. `phi` is the correlation of
    doing and staying, -1 to 1; None where everybody or nobody stayed.
    """

    event: str
    times: int
    doers: int
    others: int
    share: float
    kept_doers: float
    kept_others: float
    difference: float
    low: float
    high: float
    lift: float | None
    phi: float | None

    @property
    def small(self) -> bool:
        return min(self.doers, self.others) < SMALL

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def phi(a: int, b: int, c: int, d: int) -> float | None:
    """The correlation of a fourfold table (a: did and stayed, b: did, left, c: did not, stayed, d: neither)."""
    under = (a + b) * (c + d) * (a + c) * (b + d)
    return (a * d - b * c) / sqrt(under) if under else None


def ranked(groups: Iterable[Group], people: int, kept: int) -> list[Ranked]:
    """Rules by correlation, strongest first; those all or none fulfil say nothing and are left out.

    `people` joined, `kept` of them stayed. Large enough groups come before small ones.
    """
    out = []
    for g in groups:
        others = people - g.doers
        if g.doers < 1 or others < 1:
            continue
        kept_others = kept - g.kept
        difference, low, high = newcombe(g.kept, g.doers, kept_others, others)
        share_others = kept_others / others
        out.append(
            Ranked(
                g.event, g.times, g.doers, others, g.doers / people, g.kept / g.doers, share_others,
                difference, low, high, (g.kept / g.doers) / share_others if share_others else None,
                phi(g.kept, g.doers - g.kept, kept_others, others - kept_others),
            )
        )  # fmt: skip
    return sorted(
        out, key=lambda r: (r.small, -(r.phi if r.phi is not None else -2), r.event, r.times)
    )
