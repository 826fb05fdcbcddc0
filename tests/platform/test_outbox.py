"""Events reach each handler once their transaction stands, and each handler once."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import transaction

from loopline.platform.events import outbox
from loopline.platform.events.models import OutboxEvent
from loopline.platform.identity.models import Team
from loopline.platform.jobs.models import Job


@dataclass(frozen=True)
class BellRang(outbox.Event):
    type: ClassVar[str] = "bell.rang"
    bell_id: int
    heard_by: tuple[int, ...] = ()


def on_bell_rang(event: BellRang, happened: outbox.Happened) -> None:
    assert isinstance(event.heard_by, tuple)
    Team.objects.create(name=f"bell {event.bell_id} by {happened.actor_id}")


def on_bell_rang_twice(event: BellRang, happened: outbox.Happened) -> None:
    Team.objects.create(name=f"second {event.bell_id}")


outbox.subscribe(BellRang, on_bell_rang)
outbox.subscribe(BellRang, on_bell_rang_twice)


def test_every_handler_hears_once(cast, now, run_jobs):
    outbox.publish(BellRang(7, (1, 2)), actor=cast.bo, now=now)
    assert Team.objects.count() == 0, "nothing runs inside the caller"
    run_jobs()
    run_jobs()
    names = set(Team.objects.values_list("name", flat=True))
    assert names == {f"bell 7 by {cast.bo.user_id}", "second 7"}


def test_a_rolled_back_change_publishes_nothing(cast, now, run_jobs):
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        outbox.publish(BellRang(1), actor=cast.bo, now=now)
        raise RuntimeError
    assert (OutboxEvent.objects.count(), Job.objects.count()) == (0, 0)


def test_publishing_many_takes_few_statements(cast, now, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        outbox.publish_many([BellRang(i) for i in range(900)], actor=cast.bo, now=now)
    assert Job.objects.count() == 1800
