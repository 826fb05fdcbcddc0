"""Taking the sample company out again: everything it brought, and nothing else."""

from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db import transaction

from demo.usage.removal import remove as remove_events
from loopline.platform.audit.record import Change, record
from loopline.platform.identity.actor import Actor
from loopline.platform.search import index

# children before parents; each carries `sample`
KINDS = (
    ("told.FollowUp", ""),
    ("rituals.Week", ""),
    ("rituals.Session", "session"),
    ("rituals.Ritual", "ritual"),
    ("actions.ActionItem", "action-item"),
    ("releases.Release", "release"),
    ("work.WorkItem", "work-item"),
    ("goals.Direction", "direction"),
    ("goals.PlanSnapshot", ""),
    ("goals.Capacity", ""),
    ("decisions.Decision", "decision"),
    ("roadmap.Bet", "bet"),
    ("goals.KeyResult", "key-result"),
    ("goals.Objective", "objective"),
    ("roadmap.Opportunity", "opportunity"),
    ("measures.Metric", "metric"),
    ("docs.Doc", "doc"),
    ("playbook.Reckoning", ""),
    ("dashboards.Dashboard", "dashboard"),
    ("dashboards.Investigation", "investigation"),
    ("insights.Report", "report"),
    ("insights.Cohort", "cohort"),
    ("insights.EventName", "event-name"),
    ("surveys.Survey", "survey"),
    ("feedback.Feedback", "feedback"),
    ("customers.Deal", ""),
    ("customers.Contact", "contact"),
    ("customers.Account", "account"),
)


@transaction.atomic
def remove(*, actor: Actor, now: datetime) -> dict[str, int]:
    """Delete what is marked as sample. Answers how many of each kind; the second time nothing."""
    out: dict[str, int] = {}
    lines = apps.get_model("thread.ThreadRow")._default_manager
    links = apps.get_model("links.Link")._default_manager
    for label, kind in KINDS:
        rows = apps.get_model(label)._default_manager
        found = (
            rows.filter(feedback__sample=True)
            if label == "told.FollowUp"
            else rows.filter(sample=True)
        )
        ids = list(found.values_list("pk", flat=True))
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            rows.filter(pk__in=part).delete()
            if kind:
                index.drop(kind, part)
                links.filter(first_type=kind, first_id__in=part).delete()
                lines.filter(object_type=kind, object_id__in=part).delete()
        out[label.split(".")[1]] = len(ids)
    people = apps.get_model("identity.User")._default_manager.filter(sample=True)
    out["User"] = people.count()
    people.update(is_active=False)
    apps.get_model("identity.Team")._default_manager.filter(sample=True).delete()
    out["Event"] = remove_events(settings.LOOPLINE_EVENTS)
    record(actor=actor, now=now, change=Change("sample.removed", "workspace", 1, {}, out))
    return out
