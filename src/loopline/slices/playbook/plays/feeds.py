"""Sources that people here follow: asked once a night through the guarded door, kept as plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.tasks import task
from django.utils import timezone

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.egress.client import Answer, EgressClient
from loopline.platform.egress.errors import EgressProblem, Refused
from loopline.platform.egress.target import parse_target
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.jobs.queue import enqueue
from loopline.platform.notify import post
from loopline.platform.undo import steps
from loopline.slices.playbook.models import Feed
from loopline.slices.playbook.plays.reading import NoFeed, read

MOST_FEEDS = 50
MOST_BYTES = 1_000_000
KEPT = 20
DEAD = 7  # nights without an answer after which a source counts as gone
OFF = "Waits until sending is switched on under Settings."
ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry in plain words; `href` is an outside address or empty, `at` None where none was given."""

    title: str
    text: str
    href: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Source:
    """A feed as it stands. `trouble` is why the last try brought nothing, `dead` whether it has been so for a week."""

    id: int
    title: str
    url: str
    why: str
    entries: tuple[Entry, ...]
    good_at: datetime | None
    trouble: str
    dead: bool


def _entry(raw: Mapping[str, str]) -> Entry:
    at = datetime.fromisoformat(raw["at"]) if raw.get("at") else None
    return Entry(raw["title"], raw["text"], raw["href"], at)


def sources() -> list[Source]:
    """All that are followed, by name."""
    return [
        Source(
            f.pk, f.title, f.url, f.why, tuple(_entry(e) for e in f.entries), f.good_at, f.trouble, f.failures >= DEAD
        )
        for f in Feed.objects.filter(archived_at=None).order_by("title", "pk")
    ]  # fmt: skip


def newest(found: Sequence[Source], most: int = 12) -> list[tuple[Source, Entry]]:
    """The newest entries over all sources; those without a day come last."""
    pairs = [(s, e) for s in found for e in s.entries]
    dated = sorted((p for p in pairs if p[1].at), key=lambda p: p[1].at.timestamp() if p[1].at else 0.0)  # fmt: skip
    return [*reversed(dated), *(p for p in pairs if not p[1].at)][:most]


@transaction.atomic
def follow(
    *, actor: Actor, url: str, title: str = "", why: str = "", now: datetime,
    client: EgressClient | None = None,
) -> int:  # fmt: skip
    """Follow a source; it is asked at once by a job. Raises Invalid for an address that may not be reached."""
    allow(actor, "feed.change")
    url, title, why = url.strip(), " ".join(title.split()), " ".join(why.split())
    if len(url) > 600:
        raise Invalid(url="An address of at most 600 characters.")
    if len(title) > 160 or len(why) > 200:
        raise Invalid(title="A name of at most 160 characters, and a reason of at most 200.")
    try:
        host = parse_target(url).host
        (client or post.client()).check(url, timeout=2)
    except Refused as no:
        raise Invalid(url=no.sentence) from None
    except EgressProblem:
        pass  # it may be down just now; the job says so
    if Feed.objects.filter(archived_at=None).count() >= MOST_FEEDS:
        raise Invalid(url=f"At most {MOST_FEEDS} sources. Leave one that nobody reads.")
    gone = Feed.objects.filter(url=url).first()
    if gone and gone.archived_at is None:
        raise Invalid(url=f"{gone.title} is followed already.")
    if gone:
        Feed.objects.filter(pk=gone.pk).update(archived_at=None, updated_at=now, failures=0)
        id_ = gone.pk
    else:
        try:
            with transaction.atomic():
                id_ = Feed.objects.create(
                    url=url, title=title or host, why=why, created_at=now, updated_at=now
                ).pk
        except IntegrityError:
            raise Invalid(url="This source is followed already.") from None
    record(actor=actor, now=now, change=Change("feed.followed", "feed", id_, {}, {"url": url}))
    enqueue(fetch_feed, now=now, dedupe_key=f"feed:{id_}", feed_id=id_)
    return id_


@transaction.atomic
def leave(*, actor: Actor, feed_id: int, now: datetime) -> str:
    """Stop following. Answers the token that undoes it."""
    _set(actor, feed_id, now, now)
    return steps.offer(
        actor=actor, label="Followed again", inverse="feed.followed", payload={"feed_id": feed_id}, now=now
    )  # fmt: skip


@transaction.atomic
def follow_again(*, actor: Actor, feed_id: int, now: datetime) -> None:
    """The inverse of `leave`."""
    _set(actor, feed_id, None, now)


def _set(actor: Actor, feed_id: int, gone: datetime | None, now: datetime) -> None:
    allow(actor, "feed.change")
    row = Feed.objects.select_for_update().filter(pk=feed_id).first()
    if row is None:
        raise Missing("source")
    if (row.archived_at is None) == (gone is None):
        raise Conflict("Somebody did this already.")
    row.archived_at, row.updated_at = gone, now
    row.save(update_fields=["archived_at", "updated_at"])
    verb = "feed.left" if gone else "feed.followed"
    record(actor=actor, now=now, change=Change(verb, "feed", row.pk, {}, {"url": row.url}))


@task(queue_name="io")
def fetch_feed(feed_id: int) -> None:
    """Ask one source."""
    fetch(feed_id=feed_id, now=timezone.now())


@task()
def fetch_nightly() -> None:
    """Put every source into the queue, each once."""
    now = timezone.now()
    for pk in Feed.objects.filter(archived_at=None).values_list("pk", flat=True):
        enqueue(fetch_feed, now=now, dedupe_key=f"feed:{pk}", feed_id=pk)


def fetch(*, feed_id: int, now: datetime, client: EgressClient | None = None) -> None:
    """Ask with what the source gave last time, and keep the last entries; what went wrong is kept in words."""
    row = Feed.objects.filter(pk=feed_id, archived_at=None).first()
    if row is None:
        return
    if not post.may_send():
        Feed.objects.filter(pk=feed_id).update(trouble=OFF, asked_at=now)
        return
    headers = {"Accept": ACCEPT}
    if row.tag:
        headers["If-None-Match"] = row.tag
    if row.modified:
        headers["If-Modified-Since"] = row.modified
    try:
        answer = (client or post.client()).request(
            "GET", row.url, headers=headers, timeout=15, max_bytes=MOST_BYTES, redirects=4
        )
        _taken(row, answer, now)
    except (EgressProblem, NoFeed) as wrong:
        Feed.objects.filter(pk=row.pk).update(
            asked_at=now, failures=min(row.failures + 1, 10_000), trouble=str(wrong)[:300]
        )


def _taken(row: Feed, answer: Answer, now: datetime) -> None:
    """Raises NoFeed for what brings nothing."""
    good = {"asked_at": now, "good_at": now, "failures": 0, "trouble": ""}
    if answer.status == 304:
        Feed.objects.filter(pk=row.pk).update(**good)
        return
    if answer.status in (404, 410):
        raise NoFeed("The source says that this address is gone.")
    if answer.status != 200:
        raise NoFeed(f"The source answered with status {answer.status}.")
    found = read(
        answer.body, answer.headers.get("content-type", ""), row.url, now + timedelta(days=1)
    )
    Feed.objects.filter(pk=row.pk).update(
        **good, entries=found[:KEPT], tag=_header(answer, "etag", 200),
        modified=_header(answer, "last-modified", 100), updated_at=now,
    )  # fmt: skip


def _header(answer: Answer, name: str, most: int) -> str:
    """What to ask with again; left out where it could not be sent back as it came."""
    value = answer.headers.get(name, "")
    return value if len(value) <= most and value.isascii() and value.isprintable() else ""
