"""What measures do when their own news arrives: people hear that a number means something else now."""

from loopline.platform.discuss.queries import followers
from loopline.platform.events.outbox import Happened
from loopline.platform.notify.services import notify_person
from loopline.slices.measures.events import MetricRedefined
from loopline.slices.measures.models import Metric, MetricVersion


def when_redefined(event: MetricRedefined, happened: Happened) -> None:
    """Owner and followers are told, but for whoever did it."""
    metric = Metric.objects.filter(pk=event.metric_id).first()
    version = MetricVersion.objects.filter(metric_id=event.metric_id, number=event.number).first()
    if metric is None or version is None:
        return
    people = {*followers("metric", metric.pk), *([metric.owner_id] if metric.owner_id else [])}
    why = f": {version.why}" if version.why else ""
    for user in sorted(people - {happened.actor_id or 0}):
        notify_person(
            user_id=user, text=f"{metric.name} is defined anew, version {version.number}{why}",
            url=f"/measures/{metric.pk}#versions", kind="metric.redefined",
            key=f"metric-redefined:{metric.pk}:{version.number}:{user}", now=happened.at,
        )  # fmt: skip
