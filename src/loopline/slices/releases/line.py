"""Shipped: reached with the first release that holds work, lit as far as the bets are out. And a release's own line."""

from collections.abc import Callable, Mapping, Sequence

from loopline.platform.thread import registry
from loopline.platform.thread.marks import (
    BUILT,
    DECIDED,
    HEARD,
    MEASURED,
    SHIPPED,
    STATIONS,
    UNDERSTOOD,
    Mark,
)
from loopline.platform.thread.registry import Provider, Ref
from loopline.slices.releases.models import Release
from loopline.slices.releases.queries import bets_in, releases_of_bets
from loopline.slices.roadmap.queries import bets_of
from loopline.slices.work import queries as work

OF_BETS = (HEARD, UNDERSTOOD, DECIDED, MEASURED)


def of_bets(ids: Sequence[int]) -> Mapping[int, Mark]:
    """By bet: shipped when a release with its work shipped, in full when no open item is left."""
    found = releases_of_bets(ids)
    left = work.open_in(ids)
    out = {}
    for bet, releases in found.items():
        done = [r for r in releases if r.state == "shipped" and r.shipped_at]
        if done:
            times = [r.shipped_at for r in done if r.shipped_at]
            share = 1.0 if bet not in left else 0.5
            out[bet] = Mark(True, share, len(done), min(times), max(times), done[-1].version)
        elif any(r.state in ("ready", "rolling_out") for r in releases):
            out[bet] = Mark(share=0.25, count=len(releases), note=releases[-1].version)
    return out


def _gathered(marks: Sequence[Mark], of: int) -> Mark:
    """Several marks as one: reached when any is, its share the mean over all that could be."""
    lit = [m for m in marks if m.lit]
    firsts = [m.first for m in lit if m.first]
    lasts = [t for m in lit if (t := m.last or m.first)]
    note = lit[-1].note if len(lit) == 1 else ""
    return Mark(
        any(m.reached for m in lit), sum(m.share for m in lit) / max(of, 1), sum(m.count for m in lit),
        min(firsts, default=None), max(lasts, default=None), note,
    )  # fmt: skip


def of_opportunities(ids: Sequence[int]) -> Mapping[int, Mark]:
    bets = {o: [b.id for b in found if b.committed_at] for o, found in bets_of(ids).items()}
    marks = of_bets([b for found in bets.values() for b in found])
    out = {}
    for o, found in bets.items():
        mine = [marks[b] for b in found if b in marks]
        if mine:
            out[o] = _gathered(mine, len(found))
    return out


def _through_bets(station: int) -> Callable[[Sequence[int]], Mapping[int, Mark]]:
    """A release's mark at a station: those of the bets whose work it holds."""

    def marks(ids: Sequence[int]) -> Mapping[int, Mark]:
        bets = bets_in(ids)
        found = registry.provider("bet", station)
        known = found.marks(sorted({b for group in bets.values() for b in group})) if found else {}
        out = {}
        for release, group in bets.items():
            mine = [known[b] for b in group if b in known]
            if mine:
                out[release] = _gathered(mine, len(group))
        return out

    return marks


def _objects_through(station: int) -> Callable[[int, int], Sequence[Ref]]:
    def objects(id_: int, limit: int) -> Sequence[Ref]:
        found = registry.provider("bet", station)
        bets = bets_in([id_]).get(id_, [])
        refs = [r for b in bets for r in found.objects(b, limit)] if found else []
        return list(dict.fromkeys(refs))[:limit]

    return objects


def _built(ids: Sequence[int]) -> Mapping[int, Mark]:
    """Of a release itself: the items it holds."""
    from loopline.slices.releases.models import ReleaseItem

    pairs = list(
        ReleaseItem.objects.filter(release_id__in=ids).values_list("release_id", "work_item_id")
    )
    items = work.by_ids(w for _, w in pairs)
    out = {}
    for release in {r for r, _ in pairs}:
        mine = [
            items[w]
            for r, w in pairs
            if r == release and w in items and items[w].state != "cancelled"
        ]
        done = [w for w in mine if w.state == "done"]
        times = [w.done_at for w in done if w.done_at]
        if done:
            out[release] = Mark(
                True, len(done) / len(mine), len(mine), min(times, default=None), max(times, default=None),
                f"{len(done)} of {len(mine)} items",
            )  # fmt: skip
    return out


def _shipped(ids: Sequence[int]) -> Mapping[int, Mark]:
    found = Release.objects.filter(pk__in=ids, state="shipped").exclude(shipped_at=None)
    return {
        pk: Mark(True, 1.0, 1, at, at, name)
        for pk, at, name in found.values_list("pk", "shipped_at", "version_name")
    }


def _items(id_: int, limit: int) -> list[Ref]:
    from loopline.slices.releases.queries import item_ids

    return [("work-item", i) for i in item_ids(id_)[:limit]]


def _releases_of(bet_ids: Sequence[int], limit: int) -> list[Ref]:
    found = releases_of_bets(bet_ids)
    return list(dict.fromkeys(("release", r.id) for group in found.values() for r in group))[:limit]


def register() -> None:
    registry.stored("release")
    registry.provide("bet", SHIPPED, Provider(of_bets, lambda i, n: _releases_of([i], n)))
    registry.provide(
        "opportunity", SHIPPED,
        Provider(of_opportunities, lambda i, n: _releases_of([b.id for b in bets_of([i]).get(i, [])], n)),
    )  # fmt: skip
    for station in OF_BETS:
        registry.provide(
            "release", station, Provider(_through_bets(station), _objects_through(station))
        )
    registry.provide("release", BUILT, Provider(_built, _items))
    registry.provide("release", SHIPPED, Provider(_shipped, lambda i, _n: [("release", i)]))
    registry.spread(
        "bet",
        lambda ids: [("release", r.id) for found in releases_of_bets(ids).values() for r in found],
    )
    registry.spread(
        "release", lambda ids: [("bet", b) for found in bets_in(ids).values() for b in found]
    )
    assert len(STATIONS) == 7  # noqa: S101  the line has seven stations everywhere
