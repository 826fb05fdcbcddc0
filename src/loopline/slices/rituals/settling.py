"""What the clock does to rituals: the next sessions with their pages, pages frozen and sent, what never began."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor, Role, Via
from loopline.platform.search import index
from loopline.platform.settings.options import today, zone
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as doc_services
from loopline.slices.docs.pages import frozen
from loopline.slices.docs.templating import template
from loopline.slices.rituals import rules
from loopline.slices.rituals.events import PrereadSent, SessionSkipped
from loopline.slices.rituals.models import Ritual, Seat, Session
from loopline.slices.rituals.queries import before, occurrences, session_rows

AHEAD = timedelta(days=14)
FARTHEST = timedelta(days=200)  # the next session of a quarterly one lies within
NEVER = timedelta(hours=36)  # so long after its time a session that nobody started is skipped
NOBODY = "Nobody started it."
MAKER = Actor.system("Rituals")
READER = Actor(
    Role.VIEWER, Via.SYSTEM, name="Rituals"
)  # a frozen page shows what everybody may see


def entry(s: Session) -> index.Entry:
    words = " ".join([s.ritual.purpose, s.skip_reason]).strip()
    title = f"{s.ritual.name}, {s.slot.day} {s.slot:%b %Y}"
    put_away = bool(s.archived_at)
    return index.Entry(
        "session", s.pk, title, s.updated_at, f"SES-{s.pk}", words, s.state, put_away
    )


def due_slots(r: Ritual, now: datetime) -> list[date]:
    """The slots that have to be there: those of two weeks, and at least the next one."""
    on = today(now)
    found = occurrences(r, on, on + AHEAD)
    coming = [d for d in found if rules.moment(d, r.at, zone()) > now]
    return (
        coming
        or [d for d in occurrences(r, on, on + FARTHEST) if rules.moment(d, r.at, zone()) > now][:1]
    )


@transaction.atomic
def make_ready(r: Ritual, *, now: datetime) -> int:
    """Add the sessions that are missing, each with its page. Answers how many; again adds none."""
    row = Ritual.objects.select_for_update().get(pk=r.pk)
    if row.state != "active" or row.archived_at:
        return 0
    known = set(Session.objects.filter(ritual=row).values_list("slot", flat=True))
    made = [
        Session.objects.create(
            ritual=row, slot=slot, at=rules.moment(slot, row.at, zone()), minutes=row.minutes, ratings=[],
            created_at=now, updated_at=now, sample=row.sample,
        )
        for slot in due_slots(row, now) if slot not in known
    ]  # fmt: skip
    for s in made:
        prepare(s, now=now)
    index.put([entry(s) for s in made])
    return len(made)


def prepare(s: Session, *, now: datetime) -> None:
    """Make the session's page from the ritual's template, once."""
    r = s.ritual
    if s.doc_id or not r.template or template(r.template) is None:
        return
    title = f"{r.name}, {s.slot.day} {s.slot:%B %Y}"
    new = doc_services.NewDoc(title, r.template, owner_id=r.owner_id, team_id=r.team_id)
    s.doc_id = doc_services.create_doc(actor=MAKER, new=new, now=now, sample=r.sample)
    s.save(update_fields=["doc_id"])


def fill_of(s: Session, last: Session | None) -> dict[str, str]:
    """What the blocks of its page are told: the team, and the days since the last time."""
    often = {"weekly": 7, "fortnightly": 14, "monthly": 31, "quarterly": 92}[s.ritual.cadence]
    days = max((s.slot - last.slot).days, 1) if last else often
    team = str(s.ritual.team_id) if s.ritual.team_id else ""
    return {"days": str(days)} | ({"team": team} if team else {})


def to_send(now: datetime) -> list[Session]:
    """Sessions whose page is due to go out: not sent yet, not begun, their hour has come."""
    soon = now + timedelta(hours=rules.EARLIEST)
    found = session_rows().filter(
        state="scheduled", ritual__state="active", sent_at=None, started_at=None, archived_at=None, at__gt=now,
        at__lte=soon,
    )  # fmt: skip
    return [s for s in found.order_by("at") if s.at - timedelta(hours=s.ritual.send_before) <= now]


def freeze(s: Session, *, now: datetime) -> None:
    """Keep what the blocks of its page say now."""
    doc = docs.rows().filter(pk=s.doc_id or 0).first()
    if doc is not None and doc.kept_at is None:
        kept = frozen(READER, doc, now, fill=fill_of(s, before(s)))
        doc_services.keep_blocks(actor=MAKER, doc_id=doc.pk, kept=kept, now=now)


@transaction.atomic
def send_out(session_id: int, *, now: datetime) -> Sequence[Seat]:
    """Freeze the page and seat who attends. Answers the seats to be told, none where it was sent already."""
    s = Session.objects.select_for_update().select_related("ritual").get(pk=session_id)
    if s.sent_at or s.state != "scheduled":
        return ()
    freeze(s, now=now)
    s.sent_at = now
    s.save(update_fields=["sent_at"])
    seat(s)
    publish(PrereadSent(s.pk), actor=MAKER, now=now)
    found = Seat.objects.filter(session=s, user__is_active=True)
    return list(found.select_related("user").order_by("pk"))


def seat(s: Session) -> None:
    """A seat for everybody who attends the ritual and has none yet."""
    attending = s.ritual.attendees.filter(is_active=True).values_list("pk", flat=True)
    Seat.objects.bulk_create([Seat(session=s, user_id=i) for i in attending], ignore_conflicts=True)


@transaction.atomic
def close_old(*, now: datetime) -> int:
    """Sessions that nobody started are skipped, so that they count; what is only read counts as held."""
    found = Session.objects.select_for_update().select_related("ritual")
    left = found.filter(
        state="scheduled", started_at=None, at__lt=now - NEVER, ritual__state="active"
    )
    rows = list(left)
    for s in rows:
        s.state, s.skip_reason = ("held", "") if s.ritual.reads else ("skipped", NOBODY)
        s.updated_at, s.version = now, s.version + 1
        s.save(update_fields=["state", "skip_reason", "updated_at", "version"])
        if s.state == "skipped":
            publish(SessionSkipped(s.pk), actor=MAKER, now=now)
    index.put([entry(s) for s in rows])
    return len(rows)
