"""Told: reached when everybody who asked was told that it shipped, partly lit before."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from loopline.platform.thread import registry
from loopline.platform.thread.marks import TOLD, Mark
from loopline.platform.thread.registry import Ref
from loopline.platform.ui.formats import plural
from loopline.slices.feedback.queries import contact_ids
from loopline.slices.releases.queries import bets_in
from loopline.slices.roadmap.queries import bets_by_id, bets_of, opportunities_of
from loopline.slices.told.models import FollowUp
from loopline.slices.told.queries import sent_ids

Row = tuple[str, str, datetime | None]  # told_key, state, when it was sent


def _mark(rows: Sequence[Row], open_bets: bool) -> Mark | None:
    """Sent of all that count; those who asked for no messages do not hold it back. The note counts people."""
    counting = [r for r in rows if r[1] != "suppressed"]
    times = [at for _, state, at in rows if state == "sent" and at]
    if not rows or not (times or not counting):
        return None if not counting else Mark(note=_people(counting))
    share = len(times) / len(counting) if counting else 1.0
    done = share >= 1 and not open_bets
    return Mark(
        done, share if done else min(share, 0.95), len(counting), min(times, default=None),
        max(times, default=None), _people(counting) if counting else "",
    )  # fmt: skip


def _people(counting: Sequence[Row]) -> str:
    """People, not asks: who asked twice is told once, and is told when nothing waits for them."""
    told: dict[str, bool] = {}
    for key, state, _ in counting:
        who = ":".join(key.split(":")[-2:])
        told[who] = told.get(who, True) and state == "sent"
    return f"{sum(told.values())} of {plural(len(told), 'person', 'people')}"


def of_opportunities(ids: Sequence[int]) -> Mapping[int, Mark]:
    rows: dict[int, list[Row]] = {}
    found = FollowUp.objects.filter(opportunity_id__in=ids, occasion="ship")
    for opp, key, state, at in found.values_list("opportunity_id", "told_key", "state", "sent_at"):
        rows.setdefault(opp or 0, []).append((key, state, at))
    going = {
        o
        for o, bets in bets_of(rows).items()
        if any(b.state in ("committed", "in_progress") for b in bets)
    }
    return {o: m for o, mine in rows.items() if (m := _mark(mine, o in going))}


def of_bets(ids: Sequence[int]) -> Mapping[int, Mark]:
    owners = {b.id: b.opportunity_id for b in bets_by_id(ids).values() if b.opportunity_id}
    rows: dict[int, list[Row]] = {}
    found = FollowUp.objects.filter(opportunity_id__in=set(owners.values()), occasion="ship")
    for key, state, at, bets in found.values_list("told_key", "state", "sent_at", "bets"):
        for b in bets:
            if b in owners:
                rows.setdefault(b, []).append((key, state, at))
    return {b: m for b, mine in rows.items() if (m := _mark(mine, False))}


def of_releases(ids: Sequence[int]) -> Mapping[int, Mark]:
    rows: dict[int, list[Row]] = {}
    found = FollowUp.objects.filter(release_id__in=ids, occasion="ship")
    for release, key, state, at in found.values_list("release_id", "told_key", "state", "sent_at"):
        rows.setdefault(release or 0, []).append((key, state, at))
    return {r: m for r, mine in rows.items() if (m := _mark(mine, False))}


def of_feedback(ids: Sequence[int]) -> Mapping[int, Mark]:
    """An item is told when its own person was: by the item itself or by the contact who said it."""
    contact_of = contact_ids(ids)
    found = FollowUp.objects.filter(occasion="ship", state="sent")
    by_item = dict(found.filter(feedback_id__in=list(ids)).values_list("feedback_id", "sent_at"))
    by_contact: dict[tuple[int, int], datetime] = {}
    mine = found.filter(contact_id__in=set(contact_of.values()))
    for contact, opp, at in mine.values_list("contact_id", "opportunity_id", "sent_at"):
        if at and contact:
            by_contact[contact, opp or 0] = at
    asked = opportunities_of(ids)
    out = {}
    for i in ids:
        times = [
            by_item.get(i),
            *(by_contact.get((contact_of.get(i, 0), o)) for o in asked.get(i, [])),
        ]
        told = [t for t in times if t]
        if told:
            out[i] = Mark(True, 1.0, 1, min(told), max(told))
    return out


def _of_bet(id_: int, limit: int) -> list[Ref]:
    owner = bets_by_id([id_]).get(id_)
    return (
        [("follow-up", i) for i in sent_ids(owner.opportunity_id, limit)]
        if owner and owner.opportunity_id
        else []
    )


def _of_release(id_: int, limit: int) -> list[Ref]:
    found = (
        FollowUp.objects.filter(release_id=id_)
        .exclude(state="suppressed")
        .order_by("-sent_at", "pk")
    )
    return [("follow-up", i) for i in found.values_list("pk", flat=True)[:limit]]


def _of_feedback(id_: int, limit: int) -> list[Ref]:
    found = FollowUp.objects.filter(feedback_id=id_, occasion="ship").order_by("pk")
    return [("follow-up", i) for i in found.values_list("pk", flat=True)[:limit]]


def register() -> None:
    provider: Callable[..., registry.Provider] = registry.Provider
    registry.provide(
        "opportunity",
        TOLD,
        provider(of_opportunities, lambda i, n: [("follow-up", x) for x in sent_ids(i, n)]),
    )
    registry.provide("bet", TOLD, provider(of_bets, _of_bet))
    registry.provide("release", TOLD, provider(of_releases, _of_release))
    registry.provide("feedback", TOLD, provider(of_feedback, _of_feedback))
    registry.spread(
        "opportunity",
        lambda ids: [
            ("release", r)
            for r in FollowUp.objects.filter(opportunity_id__in=ids)
            .exclude(release=None)
            .values_list("release_id", flat=True)
            .distinct()
            if r
        ],
    )
    registry.spread(
        "release", lambda ids: [("bet", b) for found in bets_in(ids).values() for b in found]
    )
