"""Asking about follow-ups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card
from loopline.platform.db.once import once
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.told.models import FollowUp
from loopline.slices.told.rules import CHANNELS, STATES


@dataclass(frozen=True, slots=True)
class FollowUpView:
    id: int
    key: str
    subject: str
    text: str
    state: str
    channel: str
    to: str
    account_id: int | None
    opportunity_id: int | None
    release_id: int | None
    sent_at: datetime | None


def rows() -> QuerySet[FollowUp]:
    return FollowUp.objects.select_related(
        "contact", "account", "opportunity", "release", "recipient"
    )


def one(*, actor: Actor, follow_up_id: int) -> FollowUp:
    allow(actor, "follow_up.read")
    found = rows().select_related("feedback").filter(pk=follow_up_id).first()
    if found is None:
        raise Missing("follow-up")
    return found


def view(f: FollowUp) -> FollowUpView:
    return FollowUpView(
        f.pk, f"FU-{f.pk}", f.subject, f.text, f.state, f.channel, f.to_name or f.address, f.account_id,
        f.opportunity_id, f.release_id, f.sent_at,
    )  # fmt: skip


@once
def waiting(release_id: int | None = None) -> int:
    """Drafts that wait for somebody's yes."""
    found = FollowUp.objects.filter(state="draft", archived_at=None)
    return (found.filter(release_id=release_id) if release_id else found)[:10_000].count()


def counts(release_id: int) -> dict[str, int]:
    """Follow-ups of a release by state."""
    found = (
        FollowUp.objects.filter(release_id=release_id).values_list("state").annotate(n=Count("id"))
    )
    return dict(found)


def to_approve(limit: int = 5) -> list[tuple[int, str, int]]:
    """Releases whose follow-ups wait: (release id, subject of the first, how many)."""
    found = FollowUp.objects.filter(state="draft", archived_at=None).order_by("-created_at")[:500]
    out: dict[int, list[str]] = {}
    for f in found:
        out.setdefault(f.release_id or 0, []).append(f.subject)
    return [(r, subjects[0], len(subjects)) for r, subjects in out.items()][:limit]


def told_accounts(opportunity_id: int) -> Mapping[int, datetime]:
    """Account -> when somebody there was last told that it shipped."""
    found = FollowUp.objects.filter(opportunity_id=opportunity_id, occasion="ship", state="sent")
    grouped = found.exclude(account=None).values_list("account_id").annotate(at=Max("sent_at"))
    return {a: at for a, at in grouped if at}


def sent_ids(opportunity_id: int, limit: int) -> list[int]:
    found = FollowUp.objects.filter(opportunity_id=opportunity_id, occasion="ship").exclude(
        state="suppressed"
    )
    return list(found.order_by("-sent_at", "-pk").values_list("pk", flat=True)[:limit])


def of_account(account_id: int, limit: int = 12) -> list[FollowUp]:
    return list(
        rows()
        .filter(account_id=account_id)
        .exclude(state="suppressed")
        .order_by("-created_at")[:limit]
    )


def closing_times(*, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """(asked, told) of everybody told in a period that it shipped."""
    found = FollowUp.objects.filter(
        occasion="ship", state="sent", sent_at__gte=since, sent_at__lt=until
    )
    return [(a, t) for a, t in found.values_list("feedback__received_at", "sent_at") if t]


def told_feedback(ids: Iterable[int]) -> dict[int, datetime]:
    """Which of these items were answered by a shipped follow-up to the same person, and when."""
    wanted = list(set(ids))
    out: dict[int, datetime] = {}
    for start in range(0, len(wanted), 2000):
        part = wanted[start : start + 2000]
        found = FollowUp.objects.filter(occasion="ship", state="sent", feedback_id__in=part)
        out |= {f: at for f, at in found.values_list("feedback_id", "sent_at") if at}
    return out


def known_keys(keys: Sequence[str]) -> set[str]:
    out: set[str] = set()
    for start in range(0, len(keys), 1000):
        part = FollowUp.objects.filter(told_key__in=keys[start : start + 1000])
        out.update(part.values_list("told_key", flat=True))
    return out


def follow_up_cards(ids: set[int]) -> dict[int, Card]:
    words = dict(STATES)
    return {
        f.pk: Card(
            "follow-up", f.pk, f"{f.to_name or f.address or 'Asker'}: {f.subject}", f"/follow-ups/{f.pk}",
            f"FU-{f.pk}", words[f.state],
        )
        for f in FollowUp.objects.filter(pk__in=ids)
    }  # fmt: skip


def channels_of(opportunity_id: int) -> tuple[list[tuple[str, int]], int]:
    """How those who asked were told, by channel with counts, and how many still wait."""
    found = FollowUp.objects.filter(opportunity_id=opportunity_id, occasion="ship").exclude(
        state="suppressed"
    )
    words = dict(CHANNELS)
    sent: dict[str, int] = {}
    waiting = 0
    for channel, state in found.values_list("channel", "state"):
        if state == "sent":
            sent[words[channel]] = sent.get(words[channel], 0) + 1
        else:
            waiting += 1
    return sorted(sent.items(), key=lambda x: -x[1]), waiting
