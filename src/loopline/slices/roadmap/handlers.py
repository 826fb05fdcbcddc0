"""What the roadmap does when others change: demand and lines follow."""

from loopline.platform.events.outbox import Happened
from loopline.platform.identity.actor import Actor
from loopline.platform.notify.services import notify_person
from loopline.platform.thread.store import touch
from loopline.slices.customers.events import AccountChanged
from loopline.slices.feedback.events import (
    FeedbackArchived,
    FeedbackChanged,
    FeedbackMerged,
    FeedbackUnmerged,
)
from loopline.slices.feedback.queries import ids_of_account
from loopline.slices.insights.events import PersonErased
from loopline.slices.measures.events import MetricRedefined, MetricValueRecorded
from loopline.slices.roadmap import services
from loopline.slices.roadmap.demand import refresh
from loopline.slices.roadmap.models import Bet
from loopline.slices.roadmap.queries import opportunities_touching


def _follow(ids: set[int], happened: Happened) -> None:
    touched = opportunities_touching(ids)
    refresh(touched, now=happened.at)
    touch(("opportunity", o) for o in touched)


def when_merged(event: FeedbackMerged, happened: Happened) -> None:
    _follow({event.feedback_id, event.into_id}, happened)


def when_unmerged(event: FeedbackUnmerged, happened: Happened) -> None:
    _follow({event.feedback_id, event.from_id}, happened)


def when_account_changed(event: AccountChanged, happened: Happened) -> None:
    """Its stage, ARR or deals changed: so did the demand of everything it asks for."""
    refresh(opportunities_touching(ids_of_account(event.account_id)), now=happened.at)


def when_feedback_changed(event: FeedbackChanged, happened: Happened) -> None:
    _follow({event.feedback_id}, happened)


def when_archived(event: FeedbackArchived, happened: Happened) -> None:
    _follow(set(event.feedback_ids), happened)


def when_measured(event: MetricValueRecorded, happened: Happened) -> None:
    bets = Bet.objects.filter(metric_id=event.metric_id).exclude(shipped_at=None)
    touch(("bet", b) for b in bets.values_list("pk", flat=True))


def when_redefined(event: MetricRedefined, happened: Happened) -> None:
    """Whoever owns a bet that the metric decides hears that it means something else now; once, as its followers do."""
    bets = Bet.objects.filter(metric_id=event.metric_id, archived_at=None).exclude(owner=None)
    for user in sorted(
        {b for b in bets.values_list("owner_id", flat=True) if b} - {happened.actor_id or 0}
    ):
        notify_person(
            user_id=user, text="The metric that decides a bet of yours is defined anew",
            url=f"/measures/{event.metric_id}#versions", kind="metric.redefined",
            key=f"metric-redefined:{event.metric_id}:{event.number}:{user}", now=happened.at,
        )  # fmt: skip


def when_erased(event: PersonErased, happened: Happened) -> None:
    """Their address goes from what is quoted."""
    services.forget_quotes(
        actor=Actor.system("Privacy"), theirs=event.names, erasure=event.erasure, now=happened.at
    )
