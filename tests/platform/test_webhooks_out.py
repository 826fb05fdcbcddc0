"""Outgoing webhooks: one delivery per event, signed so that the reference library accepts it, retried, given up."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Reference

from loopline.platform.egress import webhook as wire
from loopline.platform.notify import jobs, services
from loopline.platform.notify.models import Webhook, WebhookDelivery
from loopline.slices.roadmap.services import commit_bet, create_bet

pytestmark = pytest.mark.django_db


class Outside:
    """The border to the outside: answers in order, and keeps what came."""

    def __init__(self, *statuses):
        self.statuses, self.seen = list(statuses), []

    def request(self, method, url, *, headers, content, **_more):
        import httpx

        from loopline.platform.egress.client import Answer

        self.seen.append((url, dict(headers), content))
        return Answer(self.statuses.pop(0), httpx.Headers(), b"ok", 3)


@pytest.fixture
def outside(monkeypatch):
    def with_(*statuses):
        there = Outside(*statuses)
        monkeypatch.setattr(jobs.post, "client", lambda: there)
        return there

    return with_


def commit(cast):
    bet = create_bet(actor=cast.bo, title="Phone approval", now=timezone.now())
    commit_bet(actor=cast.bo, bet_id=bet, now=timezone.now())
    return bet


def test_an_event_arrives_signed_and_once(cast, outside, run_jobs):
    there = outside(200)
    made = services.create_webhook(
        actor=cast.ada, url="https://example.com/in", events=["bet.committed"], now=timezone.now()
    )
    bet = commit(cast)
    run_jobs()
    run_jobs()
    ((url, headers, content),) = there.seen
    assert url == "https://example.com/in"
    lowered = {k.lower(): v for k, v in headers.items()}
    assert Reference(made.secret).verify(content, lowered)["data"] == {"bet_id": str(bet)}
    assert WebhookDelivery.objects.get().state == "sent"


def test_failures_are_tried_again_under_the_same_id_and_given_up_after_the_last(
    cast, outside, run_jobs
):
    there = outside(*[500] * 8)
    services.create_webhook(
        actor=cast.ada, url="https://example.com/in", events=["*"], now=timezone.now()
    )
    commit(cast)
    WebhookDelivery.objects.exclude(event_type="bet.committed").delete()
    run_jobs()
    WebhookDelivery.objects.exclude(event_type="bet.committed").delete()
    for _ in range(8):
        run_jobs(now=timezone.now() + timedelta(days=2))
    mine = [dict(h) for _, h, c in there.seen if json.loads(c)["type"] == "bet.committed"]
    assert len({h.get("webhook-id") or h.get("Webhook-Id") for h in mine}) == 1
    assert WebhookDelivery.objects.get(event_type="bet.committed").state in ("waiting", "dead")
    assert len(wire.RETRY_SECONDS) == 7


def test_gone_means_no_more(cast, outside, run_jobs):
    outside(410)
    services.create_webhook(
        actor=cast.ada, url="https://example.com/in", events=["bet.committed"], now=timezone.now()
    )
    commit(cast)
    run_jobs()
    assert WebhookDelivery.objects.get().state == "dead"
    assert Webhook.objects.get().paused_at is not None


def test_nothing_leaves_while_sending_is_off(cast, outside, run_jobs):
    from loopline.platform.settings import options

    there = outside()
    options.change(actor=cast.olu, values={"sending": False}, now=timezone.now())
    services.create_webhook(
        actor=cast.ada, url="https://example.com/in", events=["bet.committed"], now=timezone.now()
    )
    commit(cast)
    run_jobs()
    assert there.seen == []


def test_slack_gets_a_message_in_words(cast, outside, run_jobs):
    there = outside(200)
    services.create_webhook(
        actor=cast.ada,
        url="https://hooks.slack.com/services/T/B/x",
        events=["bet.committed"],
        now=timezone.now(),
    )
    commit(cast)
    run_jobs()
    assert (
        "Bet committed: Phone approval http://127.0.0.1:8000/bets/"
        in json.loads(there.seen[0][2])["text"]
    )


@pytest.mark.parametrize(
    "url", ["ftp://x.example", "https://user:pw@x.example", "javascript:alert(1)", ""]
)
def test_addresses_that_are_none_are_refused(cast, url):
    from loopline.core.problems import Invalid

    with pytest.raises(Invalid):
        services.create_webhook(
            actor=cast.ada, url=url, events=["bet.committed"], now=timezone.now()
        )
