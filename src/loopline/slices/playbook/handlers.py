"""The author of an improvement is told what became of it."""

from loopline.platform.events.outbox import Happened
from loopline.platform.notify.services import notify_person
from loopline.slices.playbook.events import ImprovementDecided
from loopline.slices.playbook.models import Improvement


def tell_author(event: ImprovementDecided, happened: Happened) -> None:
    row = Improvement.objects.select_related("question").filter(pk=event.improvement_id).first()
    if row is None or row.user_id is None:
        return
    number = row.question.number
    text = (
        f"Your improvement is in: question {number} has a new answer with your name"
        if event.accepted
        else f"Your improvement to question {number} was declined: {row.reason}"
    )
    notify_person(
        user_id=row.user_id, text=text, url=f"/prepare/questions/{number}#improvements", kind="improvement",
        key=f"improvement:{row.pk}", now=happened.at,
    )  # fmt: skip
