"""Asking about releases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.ui.moments import MOST, Moment
from loopline.slices.releases.models import Release, ReleaseItem
from loopline.slices.releases.rules import OPEN, STATES
from loopline.slices.roadmap import queries as roadmap
from loopline.slices.work import queries as work


@dataclass(frozen=True, slots=True)
class ReleaseView:
    id: int
    key: str
    version: str
    title: str
    notes: str
    state: str
    shipped_at: datetime | None
    target_on: date | None
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Contents:
    """Work of a release by bet; `loose` has no bet. `lead_seconds` from done to shipped, by item."""

    bets: tuple[tuple[roadmap.BetView, tuple[work.WorkView, ...]], ...]
    loose: tuple[work.WorkView, ...]
    lead_seconds: dict[int, float]

    @property
    def items(self) -> list[work.WorkView]:
        return [w for _, group in self.bets for w in group] + list(self.loose)


def rows() -> QuerySet[Release]:
    return Release.objects.select_related("owner").annotate(item_count=Count("items"))


def view(r: Release) -> ReleaseView:
    return ReleaseView(
        r.pk,
        f"REL-{r.pk}",
        r.version_name,
        r.title,
        r.notes,
        r.state,
        r.shipped_at,
        r.target_on,
        r.owner_id,
    )


def one(*, actor: Actor, release_id: int) -> Release:
    allow(actor, "release.read")
    found = rows().filter(pk=release_id).first()
    if found is None:
        raise Missing("release")
    return found


def by_ids(ids: Iterable[int | None]) -> dict[int, ReleaseView]:
    wanted = {i for i in ids if i}
    return {r.pk: view(r) for r in Release.objects.filter(pk__in=wanted)} if wanted else {}


def item_ids(release_id: int) -> list[int]:
    found = ReleaseItem.objects.filter(release_id=release_id).order_by("work_item_id")
    return list(found.values_list("work_item_id", flat=True))


def contents(release: Release) -> Contents:
    """What the release holds, by bet; a fixed number of queries."""
    items = work.by_ids(item_ids(release.pk))
    bets = roadmap.bets_by_id(w.bet_id for w in items.values())
    groups = tuple(
        (b, tuple(w for w in items.values() if w.bet_id == b.id))
        for b in sorted(bets.values(), key=lambda b: b.id)
    )
    loose = tuple(w for w in items.values() if w.bet_id not in bets)
    lead = {
        w.id: (release.shipped_at - w.done_at).total_seconds()
        for w in items.values() if release.shipped_at and w.done_at
    }  # fmt: skip
    return Contents(groups, loose, lead)


def bets_in(release_ids: Sequence[int]) -> dict[int, list[int]]:
    """Release -> the bets its work belongs to."""
    pairs = list(
        ReleaseItem.objects.filter(release_id__in=release_ids).values_list(
            "release_id", "work_item_id"
        )
    )
    bets = work.bets_of(w for _, w in pairs)
    out: dict[int, set[int]] = {}
    for release, item in pairs:
        if item in bets:
            out.setdefault(release, set()).add(bets[item])
    return {r: sorted(found) for r, found in out.items()}


def releases_of_bets(bet_ids: Sequence[int]) -> dict[int, list[ReleaseView]]:
    """Bet -> releases that hold work of it, oldest first."""
    items = {w.id: b for b, found in work.of_bets(bet_ids).items() for w in found}
    out: dict[int, dict[int, ReleaseView]] = {}
    found = ReleaseItem.objects.filter(work_item_id__in=list(items)).select_related("release")
    for link in found.order_by("release__shipped_at", "release_id"):
        out.setdefault(items[link.work_item_id], {})[link.release_id] = view(link.release)
    return {b: list(r.values()) for b, r in out.items()}


def published(limit: int = 60) -> list[ReleaseView]:
    """What the public changelog shows, newest first."""
    found = Release.objects.filter(state="shipped", public=True, archived_at=None, prerelease=False)
    return [view(r) for r in found.exclude(notes="").order_by("-shipped_at", "-pk")[:limit]]


def coming(limit: int = 6) -> list[ReleaseView]:
    """Open releases with a date, soonest first."""
    found = Release.objects.filter(state__in=OPEN, archived_at=None).exclude(target_on=None)
    return [view(r) for r in found.order_by("target_on", "pk")[:limit]]


def release_cards(ids: set[int]) -> dict[int, Card]:
    words = dict(STATES)
    return {
        r.pk: Card(
            "release", r.pk, f"{r.version_name} {r.title}".strip(), f"/releases/{r.pk}", f"REL-{r.pk}",
            words[r.state], bool(r.archived_at),
        )
        for r in Release.objects.filter(pk__in=ids)
    }  # fmt: skip


def moments(start: datetime, end: datetime) -> list[Moment]:
    """Releases shipped in [start, end), for charts."""
    found = Release.objects.filter(
        state="shipped", shipped_at__gte=start, shipped_at__lt=end, archived_at=None
    )
    return [
        Moment(
            at,
            f"{version} shipped" + (f": {title}" if title and title != version else ""),
            f"/releases/{pk}",
            "release",
        )
        for pk, at, version, title in found.order_by("-shipped_at").values_list(
            "pk", "shipped_at", "version_name", "title"
        )[:MOST]
        if at
    ]


def checklists(*, since: datetime) -> list[tuple[int, int | None, datetime, int, int]]:
    """(release, owner, shipped at, lines done, lines) of what shipped since; one query. Those without a checklist are
    left out."""
    found = Release.objects.filter(state="shipped", shipped_at__gte=since, archived_at=None)
    rows_ = found.values_list("pk", "owner_id", "shipped_at", "checklist")
    return [
        (pk, owner, at, sum(bool(c.get("done")) for c in lines), len(lines))
        for pk, owner, at, lines in rows_
        if at and lines
    ]


def checklist_lines(since: datetime, until: datetime) -> list[tuple[int, str, int, int]]:
    """(release, version, lines done, lines) of what shipped in [since, until) with a checklist; one query."""
    found = Release.objects.filter(
        state__in=("shipped", "rolled_back"), shipped_at__gte=since, shipped_at__lt=until, archived_at=None,
        prerelease=False,
    ).order_by("shipped_at", "pk")  # fmt: skip
    return [
        (pk, version, sum(bool(c.get("done")) for c in lines), len(lines))
        for pk, version, lines in found.values_list("pk", "version_name", "checklist")
        if lines
    ]


def fates(since: datetime, until: datetime) -> tuple[int, int]:
    """(reached their users, of those rolled back) in [since, until); one query."""
    found = Release.objects.filter(
        state__in=("shipped", "rolled_back"), shipped_at__gte=since, shipped_at__lt=until, archived_at=None,
        prerelease=False,
    ).values_list("state", flat=True)  # fmt: skip
    states = list(found)
    return len(states), states.count("rolled_back")
