"""What blocks share: a stretch of days, a team, dates and counts as they are printed, what changed since before."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from loopline.core.problems import Invalid
from loopline.platform.blocks.registry import Param, Params, number
from loopline.platform.identity.queries import teams
from loopline.platform.settings.options import zone
from loopline.platform.ui import formats

MOST_DAYS = 366
STRETCHES = (("7", "7 days"), ("14", "14 days"), ("30", "30 days"), ("90", "90 days"))


def days(default: int) -> Param:
    """A stretch back from now."""
    known = {value for value, _ in STRETCHES}
    extra = () if str(default) in known else ((str(default), f"{default} days"),)
    return Param("days", "Days back", lambda: (*STRETCHES, *extra), str(default))


def team() -> Param:
    """A team by name; without one all of them."""
    return Param("team", "Team", lambda: (("", "All teams"), *((n, n) for _, n in teams())), "")


def span(params: Params, now: datetime) -> tuple[datetime, int]:
    """(from when, how many days). Raises Invalid."""
    count = number(params, "days")
    if not 1 <= count <= MOST_DAYS:
        raise Invalid(days=f"Days go from 1 to {MOST_DAYS}.")
    return now - timedelta(days=count), count


def team_name(params: Params) -> str:
    """The team's name, also where its id was given; empty for all."""
    said = params["team"].strip()
    if said.isdecimal() and len(said) < 10:
        return dict(teams()).get(int(said), said)
    return said


def day(at: datetime | date | None, now: datetime) -> str:
    return formats.day(at, now=now, zone=zone())


def last(count: int) -> str:
    """in the last 7 days"""
    return "in the last day" if count == 1 else f"in the last {count} days"


def against(now_: float, before: float) -> str:
    """A count against the stretch before: 3 more than before, as many as before."""
    if now_ == before:
        return "as many as in the time before"
    return f"{formats.num(abs(now_ - before))} {'more' if now_ > before else 'fewer'} than in the time before"


def middle(values: Sequence[float]) -> float | None:
    """The median, the lower of the two in the middle; None without values."""
    return sorted(values)[(len(values) - 1) // 2] if values else None


def short(text: str, most: int = 90) -> str:
    """On one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]} …"
