"""Posts a message to a Slack incoming webhook and turns its answers into sentences."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from loopline.core.problems import Problem
from loopline.platform.egress.client import EgressClient
from loopline.platform.egress.errors import EgressProblem, Refused
from loopline.platform.egress.webhook import excerpt, retry_after

type Block = Mapping[str, Any]

SECTION_LIMIT = 3000
HEADER_LIMIT = 150
TEXT_LIMIT = 4000
MOST_BLOCKS = 50

SAID = {
    "action_prohibited": "The workspace's admins do not allow this message.",
    "channel_is_archived": "The channel is archived. Choose another one in Slack.",
    "channel_not_found": "The channel no longer exists. Make a new webhook in Slack.",
    "invalid_blocks": "Slack cannot read the message's blocks.",
    "invalid_payload": "Slack cannot read the message.",
    "invalid_token": "The webhook's address is no longer valid. Make a new webhook in Slack.",
    "no_active_hooks": "The webhook is switched off in Slack.",
    "no_service": "The webhook was removed in Slack. Make a new one.",
    "no_team": "The Slack workspace no longer exists.",
    "no_text": "The message is empty.",
    "posting_to_general_channel_denied": "This webhook may not post to the general channel.",
    "team_disabled": "The Slack workspace is switched off.",
    "too_many_attachments": "The message has too many attachments.",
    "user_not_found": "The person who made the webhook left. Make a new one in Slack.",
}


class SlackRefused(Problem):
    """Slack will not take this message however often it is sent."""


class SlackDeferred(Problem):
    """Slack did not take the message now; `retry_after` in seconds where it said so."""

    def __init__(self, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


def escape(text: str) -> str:
    """Text as Slack shows it literally: no mentions, links or channels can be smuggled in."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str, label: str) -> str:
    """A link in Slack's own marks."""
    target = escape(url).replace("|", "%7C").replace("\n", "%0A")
    return f"<{target}|{escape(' '.join(label.split())).replace('|', '¦')}>"


def header(text: str) -> Block:
    """A bold first line; plain text, so it needs no escaping."""
    return {"type": "header", "text": {"type": "plain_text", "text": _cut(text, HEADER_LIMIT)}}


def section(markup: str) -> Block:
    """A paragraph in Slack's marks. Escape what people wrote before it comes here."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": _cut(markup, SECTION_LIMIT)}}


def context(markup: str) -> Block:
    """A small grey line in Slack's marks."""
    text = {"type": "mrkdwn", "text": _cut(markup, SECTION_LIMIT)}
    return {"type": "context", "elements": [text]}


def post_message(
    client: EgressClient,
    url: str,
    *,
    text: str,
    now: datetime,
    blocks: Sequence[Block] = (),
    thread: str = "",
) -> None:
    """Post once. `text` is plain: it is escaped here and shown in notifications.

    Raises `SlackRefused` or `SlackDeferred`; the address is a secret and never in the sentence.
    """
    if not text.strip():
        raise SlackRefused("The message is empty.")
    payload: dict[str, Any] = {"text": _cut(escape(text), TEXT_LIMIT), "unfurl_links": False}
    if blocks:
        payload["blocks"] = list(blocks)[:MOST_BLOCKS]
    if thread:
        payload["thread_ts"] = thread
    headers = {"Content-Type": "application/json; charset=utf-8"}
    content = json.dumps(payload).encode()
    try:
        answer = client.request("POST", url, headers=headers, content=content, cut=True)
    except Refused as problem:
        raise SlackRefused(problem.sentence) from problem
    except EgressProblem as problem:
        raise SlackDeferred(problem.sentence) from problem
    if 200 <= answer.status < 300:
        return
    word = excerpt(answer.body).strip()[:80]
    sentence = SAID.get(word, f"Slack answered {answer.status} {word}".strip() + ".")
    if answer.status == 429 or answer.status >= 500:
        raise SlackDeferred(sentence, retry_after(answer.headers, now))
    raise SlackRefused(sentence)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    # An escaped sign or a link cut in half would show its marks.
    for start, end in (("&", ";"), ("<", ">")):
        if kept.rfind(start) > kept.rfind(end) and len(kept) - kept.rfind(start) < limit // 2:
            kept = kept[: kept.rfind(start)]
    return kept + "…"
