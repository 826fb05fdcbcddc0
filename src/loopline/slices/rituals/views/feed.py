"""The calendar that other programs subscribe to: one person's sessions and blocks, by a secret link."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from loopline.core.calendar import ics
from loopline.core.problems import Missing
from loopline.platform.entrance import feeds
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.notify.post import absolute
from loopline.platform.settings.options import today, workspace, zone
from loopline.platform.ui.pages import go, now_in, signed_in, toast
from loopline.slices.rituals import queries, rules
from loopline.slices.rituals.models import Ritual, Session

BACK = timedelta(days=31)
AHEAD = timedelta(days=91)


def _host() -> str:
    return urlsplit(absolute("/")).hostname or "loopline.invalid"


def _of_session(s: Session) -> ics.Event:
    reads = s.ritual.reads
    return ics.Event(
        f"ritual-{s.ritual_id}-{s.slot:%Y%m%d}@{_host()}", s.at, s.minutes,
        f"Read: {s.ritual.name}" if reads else s.ritual.name, s.updated_at, s.ritual.purpose,
        absolute(f"/rituals/sessions/{s.pk}"), s.version, s.state == "skipped", not reads,
    )  # fmt: skip


def _to_come(
    rituals: list[Ritual], known: set[tuple[int, object]], now: datetime
) -> Iterator[ics.Event]:
    """Slots that have no session yet, so that a calendar shows a quarter; the same uid once they have."""
    on = today(now)
    for r in rituals:
        for slot in queries.occurrences(r, on, on + AHEAD):
            if (r.pk, slot) not in known:
                yield ics.Event(
                    f"ritual-{r.pk}-{slot:%Y%m%d}@{_host()}", rules.moment(slot, r.at, zone()), r.minutes,
                    f"Read: {r.name}" if r.reads else r.name, r.updated_at, r.purpose, absolute(f"/rituals/{r.pk}"),
                    0, False, not r.reads,
                )  # fmt: skip


def _blocks(user_id: int, now: datetime) -> Iterator[ics.Event]:
    on = today(now)
    first = on - timedelta(days=on.weekday()) - BACK
    for w in queries.weeks(user_id, first, on + AHEAD):
        for b in w.blocks:
            at = time.fromisoformat(b["at"])
            start = rules.moment(w.monday + timedelta(days=b["day"]), at, zone())
            yield ics.Event(
                f"block-{w.pk}-{b['id']}@{_host()}", start, b["minutes"], f"Focus: {b['hat']}", w.updated_at,
                b.get("note", ""), absolute(f"/week?week={w.monday}"), w.version,
            )  # fmt: skip


def events_of(actor: Actor, now: datetime) -> list[ics.Event]:
    """Sessions the actor attends or owns, slots to come, blocks of their own weeks; only what they may see."""
    user_id, found = actor.user_id or 0, []
    if may(actor, "ritual.read"):
        sessions = queries.between(now - BACK, now + AHEAD, user_id=user_id)
        found += [_of_session(s) for s in sessions]
        mine = queries.attending(user_id)
        slots = queries.slots_taken([r.pk for r in mine], today(now))
        found += _to_come(mine, slots, now)
    if may(actor, "week.read"):
        found += _blocks(user_id, now)
    return sorted(found, key=lambda e: (e.start, e.uid))


def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The file. Whoever has the link reads it; what is forged or taken back is not there."""
    actor = feeds.actor_of(token, purpose="calendar")
    if request.method not in ("GET", "HEAD"):
        raise Missing("page")
    text = ics.calendar(f"{workspace().name}, {actor.name}", events_of(actor, now_in(request)))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="loopline.ics"'
    response["Cache-Control"] = "private, max-age=300"
    response["X-Robots-Tag"] = "noindex"
    return response


def manage(request: HttpRequest) -> HttpResponse:
    """A new link (`on=1`), which ends the old one, or none (`on=0`)."""
    actor = signed_in(request, "ritual.read")
    if request.method != "POST":
        raise Missing("page")
    on = request.POST.get("on", "1") == "1"
    feeds.renew(actor=actor, purpose="calendar", on=on, now=now_in(request))
    toast(
        request,
        "This is your link; older ones show nothing any more"
        if on
        else "Your calendar link is closed",
    )
    return go(request, "/week" if request.POST.get("back") == "/week" else "/rituals")  # fmt: skip
