"""Slack incoming webhooks against a receiver that answers as Slack does."""

import json
from datetime import UTC, datetime

import pytest

from loopline.platform.egress import slack
from loopline.platform.egress.client import EgressClient
from loopline.platform.egress.policy import EgressPolicy, policy_from_env
from tests.platform.receivers import Receiver, always

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def client() -> EgressClient:
    return EgressClient(policy_from_env({"LOOPLINE_EGRESS_ALLOW": "127.0.0.1/32"}))


def test_a_message_arrives_with_text_and_blocks(client: EgressClient) -> None:
    blocks = [
        slack.header("Release 4.2 is out"),
        slack.section(f"{slack.link('https://x.test/r/1?a=1&b=2', 'Open <it>')} now"),
        slack.context("from Loopline"),
    ]
    with Receiver().running() as receiver:
        slack.post_message(
            client, receiver.url, text="Tom & <!channel>", blocks=blocks, thread="1.2", now=NOW
        )
    sent = json.loads(receiver.seen[0].body)
    assert receiver.seen[0].headers["content-type"] == "application/json; charset=utf-8"
    assert sent["text"] == "Tom &amp; &lt;!channel&gt;"
    assert sent["thread_ts"] == "1.2"
    assert sent["blocks"][0]["text"] == {"type": "plain_text", "text": "Release 4.2 is out"}
    markup = "<https://x.test/r/1?a=1&amp;b=2|Open &lt;it&gt;> now"
    assert sent["blocks"][1]["text"] == {"type": "mrkdwn", "text": markup}
    assert sent["blocks"][2]["elements"][0]["text"] == "from Loopline"


def test_nothing_people_wrote_becomes_a_mention_or_link() -> None:
    hostile = "<!everyone> <@U1> <https://evil.test|click> &lt;!here&gt;"
    assert "<" not in slack.escape(hostile)
    assert slack.escape("&lt;") == "&amp;lt;"
    label = slack.link("https://x.test/a|b>c", "a|b>\n<!here>")
    assert label == "<https://x.test/a%7Cb&gt;c|a¦b&gt; &lt;!here&gt;>"


def test_long_texts_are_cut_between_signs() -> None:
    text = slack.section(slack.escape("&" * 3000))["text"]["text"]
    assert len(text) <= 3000
    assert text.endswith("&amp;…")
    link = slack.section("x" * 2980 + slack.link("https://x.test/long", "label"))["text"]["text"]
    assert link == "x" * 2980 + "…"
    assert len(slack.header("y" * 500)["text"]["text"]) == 150


@pytest.mark.parametrize(
    ("status", "word", "said"),
    [
        (400, b"invalid_payload", "Slack cannot read the message."),
        (403, b"action_prohibited", "The workspace's admins do not allow this message."),
        (404, b"no_service", "The webhook was removed in Slack. Make a new one."),
        (404, b"channel_not_found", "The channel no longer exists. Make a new webhook in Slack."),
        (410, b"channel_is_archived", "The channel is archived. Choose another one in Slack."),
        (418, b"teapot", "Slack answered 418 teapot."),
        (302, b"", "Slack answered 302."),
    ],
)
def test_a_refusal_for_good_is_a_sentence(
    client: EgressClient, status: int, word: bytes, said: str
) -> None:
    with (
        Receiver(always(status, word)).running() as receiver,
        pytest.raises(slack.SlackRefused) as caught,
    ):
        slack.post_message(client, receiver.url, text="hello", now=NOW)
    assert caught.value.sentence == said


def test_a_pause_and_a_breakdown_are_for_later(client: EgressClient) -> None:
    with (
        Receiver(always(429, b"rate_limited", Retry_After="30")).running() as receiver,
        pytest.raises(slack.SlackDeferred) as caught,
    ):
        slack.post_message(client, receiver.url, text="hello", now=NOW)
    assert caught.value.retry_after == 30
    with (
        Receiver(always(500, b"rollup_error")).running() as receiver,
        pytest.raises(slack.SlackDeferred, match="Slack answered 500 rollup_error"),
    ):
        slack.post_message(client, receiver.url, text="hello", now=NOW)
    with pytest.raises(slack.SlackDeferred, match="does not accept connections"):
        slack.post_message(client, receiver.url, text="hello", now=NOW)


def test_an_address_inside_and_an_empty_message_are_refused(client: EgressClient) -> None:
    with pytest.raises(slack.SlackRefused, match="private or reserved"):
        slack.post_message(EgressClient(EgressPolicy()), "http://127.0.0.1/", text="x", now=NOW)
    with pytest.raises(slack.SlackRefused, match="empty"):
        slack.post_message(client, "http://127.0.0.1/", text="  ", now=NOW)
