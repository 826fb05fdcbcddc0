"""What is edited in place on a ritual's page, and how histories read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loopline.core.problems import Invalid
from loopline.platform.audit.queries import Entry
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import teams
from loopline.platform.ui.objects import say
from loopline.platform.ui.rows import Edit, row_fields
from loopline.slices.rituals import queries, services
from loopline.slices.rituals.rules import CADENCES, NTHS, WEEKDAYS
from loopline.slices.rituals.settling import NOBODY

WHOLE = ("weekday", "nth", "minutes", "send_before")


def clock_in(text: str, name: str = "at") -> Any:
    """10:00 or 9.30 as a time of day. Raises Invalid."""
    clean = (text or "").strip().replace(".", ":")
    try:
        return datetime.strptime(clean if ":" in clean else f"{clean}:00", "%H:%M").time()  # noqa: DTZ007
    except ValueError:
        raise Invalid(**{name: f"{clean[:20]!r} is no time. Write it as 10:00."}) from None


def whole(text: Any, name: str) -> int:
    """A whole number. Raises Invalid."""
    clean = str(text).strip().removesuffix(".0")
    if not clean.isascii() or not clean.isdigit() or len(clean) > 6:
        raise Invalid(**{name: f"{str(text)[:20]!r} is no whole number."})
    return int(clean)


def _change(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None, now: datetime
) -> None:
    values: dict[str, Any] = {
        k: whole(v, k) if k in WHOLE and v is not None else v for k, v in changes.items()
    }
    if "at" in values:
        values["at"] = clock_in(values["at"])
    if "team_id" in values:
        values["team_id"] = whole(values["team_id"], "team") if values["team_id"] else None
    services.change_ritual(actor=actor, id_=id_, changes=values, version=version, now=now)


def _skipped(entry: Entry) -> str:
    why = entry.after.get("skip_reason", "")
    return "was not started" if why == NOBODY else f"skipped it: {why}"


def registered() -> None:
    """The fields and the sentences."""
    say("ritual.created", lambda _e: "made it")
    say("ritual.recorded", lambda e: f"wrote down {e.after.get('sessions', 0)} sessions of before")
    say("session.started", lambda _e: "started it")
    say("session.held", lambda _e: "finished it")
    say("session.skipped", _skipped)
    say("session.unskipped", lambda _e: "took the skipping back")
    say("session.attended", lambda _e: "said who was there")
    row_fields(
        "ritual", lambda i: queries.rows().filter(pk=i).first(), "ritual.change", _change,
        Edit("name", "Name"), Edit("purpose", "What for"), Edit("channel", "Channel"),
        Edit("cadence", "Rhythm", "choice", lambda: CADENCES),
        Edit("weekday", "Day", "choice", lambda: [(str(i), n) for i, n in WEEKDAYS], value=lambda r: str(r.weekday)),
        Edit("nth", "Which of the month", "choice", lambda: [(str(i), n) for i, n in NTHS], value=lambda r: str(r.nth)),
        Edit("at", "Begins", value=lambda r: f"{r.at:%H:%M}"),
        Edit("minutes", "Minutes", "text", value=lambda r: r.minutes),
        Edit("send_before", "Page sent before, hours", "text", value=lambda r: r.send_before),
        Edit("owner", "Owner", "person", key="owner_id", value=lambda r: r.owner.name if r.owner else ""),
        Edit("team", "Team", "choice", key="team_id", value=lambda r: r.team_id or "",
             options=lambda: [("", "No team"), *((str(i), n) for i, n in teams())],
             shown=lambda r: r.team.name if r.team else ""),
    )  # fmt: skip
