"""What can only be done once the product events are there: cohorts, computed numbers and the effect of what shipped."""

from django.tasks import task
from django.utils import timezone

from demo import plays, scorecard, standup
from demo.learning import QUESTION
from demo.oakrow.metrics import METRICS, ONBOARDING
from loopline.core.problems import Conflict
from loopline.platform.identity.actor import Via
from loopline.platform.identity.models import User
from loopline.platform.identity.queries import actor_for
from loopline.platform.jobs.queue import enqueue
from loopline.slices.dashboards import services as boards
from loopline.slices.dashboards.models import Investigation
from loopline.slices.insights import services as insights
from loopline.slices.insights.models import Cohort
from loopline.slices.measures import services as measures
from loopline.slices.measures.models import Metric

ANALYST = "Ines Marchetti"
PAID = {"property": "channel", "op": "eq", "value": "paid search"}
IN_TRIAL = {"property": "plan", "op": "eq", "value": "Trial"}
# Name, of whom, what it says, definition.
COHORTS = (
    (
        "Stalled at the import", "person", "Started a trial in 60 days, began an import, and did not get through.",
        {"insight": "funnel", "query": {"steps": ONBOARDING, "last_days": 60}, "cell": {"step": 5, "dropped": True}},
    ),
    (
        "Trials from paid search", "person", "Started a trial in 60 days, come by an advertisement.",
        {"rule": {"event": "trial started", "where": [PAID], "last_days": 60}},
    ),
    (
        "Activated trials", "person", "Published a rota in a trial in 60 days.",
        {"rule": {"event": "rota published", "where": [IN_TRIAL], "last_days": 60}},
    ),
    (
        "Accounts that swap", "account", "Asked for at least three swaps in four weeks.",
        {"rule": {"event": "swap requested", "at_least": 3, "last_days": 28}},
    ),
)  # fmt: skip


def soon(*, recompute: bool) -> None:
    """Have it done behind the pages; `recompute` where numbers were perhaps computed before the events were there."""
    enqueue(with_events, now=timezone.now(), dedupe_key="demo:with_events", recompute=recompute)


@task(queue_name="bulk")
def with_events(recompute: bool = False) -> None:
    """Fill the catalogue, make the cohorts, compute the metrics. Again it changes nothing."""
    found, now = User.objects.filter(name=ANALYST, sample=True).first(), timezone.now()
    if found is None:
        return
    who = actor_for(found, Via.WEB)
    insights.ask_refresh(actor=who, now=now)
    there = set(Cohort.objects.filter(sample=True).values_list("name", flat=True))
    for name, of, says, definition in COHORTS:
        if name not in there:
            insights.create_cohort(
                actor=who, name=name, actor_kind=of, definition=definition, says=says, now=now, sample=True
            )  # fmt: skip
    if recompute:
        names = [each.name for each in METRICS]
        for pk in Metric.objects.filter(name__in=names, sample=True).values_list("pk", flat=True):
            measures.compute_now(actor=who, metric_id=pk, now=now)
    enqueue(effect, now=now, dedupe_key="demo:effect", user_id=found.pk)
    enqueue(baseline, now=now, dedupe_key="demo:baseline")


class NotYet(Exception):
    """The metric has no whole periods on both sides yet."""


@task(queue_name="bulk", priority=-10)
def effect(user_id: int) -> None:
    """Measure what the mended import did. Fails, and is tried again, while the metric is not computed yet."""
    who = actor_for(User.objects.get(pk=user_id), Via.WEB)
    row = Investigation.objects.filter(question=QUESTION, sample=True).first()
    if row is None:
        return
    try:
        boards.measure_effect(actor=who, investigation_id=row.pk, now=timezone.now())
    except Conflict as early:  # a problem would not be tried again
        raise NotYet(early.sentence) from early


@task(queue_name="bulk")
def baseline() -> None:
    """Keep the first numbers as they were. Fails, and is tried again, while they are not computed yet."""
    if not standup.baseline():
        raise NotYet("The first metrics have no values yet.")
    plays.look()
    scorecard.activation()
