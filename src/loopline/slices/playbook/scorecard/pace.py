"""Whether an outcome goes at the pace between its baseline and its targets. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from loopline.core.problems import Invalid

HALF, WHOLE = timedelta(days=182), timedelta(days=365)
LEEWAY = 0.1  # a tenth of the way may be missing and it still counts as on the way
NEAR = 1e-9
WORDS = {
    "there": "There", "on_way": "On the way", "behind": "Behind", "worse": "Worse than the baseline",
    "no_baseline": "No baseline yet", "no_target": "No target yet", "unmeasured": "Not yet measured",
}  # fmt: skip
TONES = {"there": "good", "on_way": "good", "behind": "warn", "worse": "bad"}
_TARGET = re.compile(r"([+\-−–]?)\s*(\d{1,12}(?:[.,]\d{1,12})?)\s*(%?)[^\d]*")


@dataclass(frozen=True, slots=True)
class Judged:
    """`state` is a key of WORDS; `share` of the way gone to `target`, 0 to 1; `expected` where it should be today."""

    state: str
    share: float | None = None
    target: float | None = None
    expected: float | None = None


def checked(text: str, field: str) -> str:
    """A target as written: 90, 4.3 d, or with a sign and % relative to the baseline, -20 %. Raises Invalid."""
    plain = " ".join(text.split())
    if plain and not _TARGET.fullmatch(plain):
        raise Invalid(
            **{field: f"{plain[:40]} is no target. Write a number, or -20 % of the baseline."}
        )
    return plain


def target(text: str | None, baseline: float | None) -> float | None:
    """The value a written target means; None without one, or relative to a baseline that is not there."""
    hit = _TARGET.fullmatch(" ".join((text or "").split()))
    if hit is None:
        return None
    sign, digits, percent = hit.groups()
    size = float(digits.replace(",", ".")) * (-1 if sign and sign != "+" else 1)
    if not (sign and percent):
        return size
    return None if baseline is None else baseline * (1 + size / 100)


def expected(
    baseline: float, began: date, six: float | None, twelve: float | None, on: date, since: date | None = None
) -> float | None:  # fmt: skip
    """Where it should be on a day: straight from the baseline to the target in six months, then to that in twelve.

    A baseline taken later than the scorecard began is gone from on its own day, `since`.
    """
    start = max(began, since or began)
    known = [(start, baseline)]
    known += [(began + HALF, six)] if six is not None and began + HALF > start else []
    known += [(began + WHOLE, twelve)] if twelve is not None and began + WHOLE > start else []
    if len(known) == 1:
        return twelve if twelve is not None else six
    for (d0, v0), (d1, v1) in pairwise(known):
        if on <= d1:
            gone = max((on - d0) / (d1 - d0), 0.0)
            return v0 + (v1 - v0) * gone
    return known[-1][1]


def in_force(began: date, six: float | None, twelve: float | None, on: date) -> float | None:
    """The target that counts on a day: the one in six months until then, afterwards that in twelve."""
    if six is not None and (on <= began + HALF or twelve is None):
        return six
    return twelve


def judge(
    *, better: str, baseline: float | None, began: date, six: float | None, twelve: float | None,
    value: float | None, on: date, since: date | None = None,
) -> Judged:  # fmt: skip
    """Where an outcome stands; `better` is higher or lower, `since` the day of its baseline."""
    if value is None:
        return Judged("unmeasured", target=in_force(began, six, twelve, on))
    aim = in_force(began, six, twelve, on)
    if aim is None:
        return Judged("no_target")
    way = -1 if better == "lower" else 1
    if (value - aim) * way >= -NEAR:
        return Judged("there", 1.0, aim)
    if baseline is None:
        return Judged("no_baseline", target=aim)
    whole = (aim - baseline) * way
    share = (value - baseline) * way / whole if whole > NEAR else 0.0
    due = expected(baseline, began, six, twelve, on, since)
    if (value - baseline) * way < -NEAR:
        return Judged("worse", 0.0, aim, due)
    left = (due - value) * way if due is not None else 0.0
    on_way = left <= LEEWAY * max(whole, 0.0) + NEAR
    return Judged("on_way" if on_way else "behind", min(max(share, 0.0), 1.0), aim, due)


def quarter(on: date) -> str:
    """Q4 2026"""
    return f"Q{(on.month + 2) // 3} {on.year}"
