"""Rituals inside texts: what they cost and whether it is worth it, what is next, how many were held."""

from datetime import datetime, timedelta

from loopline.platform.blocks.registry import Block, Param, Params, Row, Shown, number, register
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import teams
from loopline.platform.ui.formats import num, plural
from loopline.slices.rituals import queries
from loopline.slices.rituals.wording import moment

NONE = Shown(missing="Nobody meets here yet.", connect="/rituals/new")


def _team(params: Params) -> int | None:
    return number(params, "team") if params["team"] else None


def _worth(actor: Actor, params: Params, now: datetime) -> Shown:
    team = _team(params)
    found = queries.rows().filter(state="active", archived_at=None)
    rituals = list(found.filter(team=team) if team else found)
    if not rituals:
        return NONE
    how = queries.standings(rituals, now=now)
    hours = sum(s.hours for s in how.values())
    flagged = [r for r in rituals if how[r.pk].reasons]
    said = f"{plural(len(rituals), 'ritual')}, {num(round(hours))} hours a month of everybody’s time together."
    if flagged:
        said += f" Not worth their time as they are: {', '.join(r.name for r in flagged)}."
    rows = tuple(
        Row(
            (r.name, f"{num(round(how[r.pk].hours, 1))} h", num(how[r.pk].median)),
            f"/rituals/{r.pk}",
        )
        for r in sorted(rituals, key=lambda r: -how[r.pk].hours)
    )
    return Shown(said, round(hours, 1), "h a month", "/rituals", ("Ritual", "A month", "Rated of 4"), rows)  # fmt: skip


def _next(actor: Actor, params: Params, now: datetime) -> Shown:
    team = _team(params)
    coming = [
        s
        for s in queries.between(now, now + timedelta(days=7))
        if s.state == "scheduled" and (team is None or s.ritual.team_id == team)
    ]
    if not coming:
        return NONE if not queries.rows().exists() else Shown("No session in the next seven days.")
    rows = tuple(
        Row((s.ritual.name, moment(s.at), f"{s.minutes} min"), f"/rituals/sessions/{s.pk}")
        for s in coming
    )
    first = f"{coming[0].ritual.name}, {moment(coming[0].at)}"
    said = f"{plural(len(coming), 'session')} in the next seven days; the first is {first}."
    return Shown(said, len(coming), "sessions", "/rituals", ("Ritual", "When", "Length"), rows)  # fmt: skip


def _held(actor: Actor, params: Params, now: datetime) -> Shown:
    days, team = number(params, "days"), _team(params)
    found = queries.session_rows().filter(
        at__gte=now - timedelta(days=min(days, 400)), at__lt=now, archived_at=None
    )
    states = list(
        (found.filter(ritual__team=team) if team else found).values_list("state", flat=True)
    )
    over = [s for s in states if s in ("held", "skipped")]
    if not over:
        return Shown(missing="No session was due in that time.", connect="/rituals")
    held = over.count("held")
    said = f"{held} of {plural(len(over), 'session')} held in {plural(days, 'day')}."
    return Shown(said, round(100 * held / len(over)), "%", "/rituals/sessions")  # fmt: skip


def registered() -> None:
    """Offer them."""
    team = Param("team", "Team", lambda: [("", "All"), *((str(i), n) for i, n in teams())], "")
    group = "Rituals"
    register(
        Block(
            "rituals-worth",
            "Rituals and their worth",
            "Hours a month, ratings, and which to prune",
            "ritual.read",
            _worth,
            (team,),
            group,
        )
    )
    register(
        Block(
            "sessions-next",
            "Next sessions",
            "Who meets in the next seven days",
            "ritual.read",
            _next,
            (team,),
            group,
        )
    )
    register(Block("sessions-held", "Sessions held", "How many that were due took place", "ritual.read", _held,
                   (team, Param("days", "Days", default="28")), group))  # fmt: skip
