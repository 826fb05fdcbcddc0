"""The beginning of what was refused, for a developer to see why: without keys, and without denied properties."""

import re
from collections.abc import Iterable

import msgspec

from loopline.connectors.sdk_ingest.rules import Rules
from loopline.warehouse.dialects.collect import Batch
from loopline.warehouse.refusals import HEAD, Sample

_KEY = re.compile(r"\b(ll_[a-z]+_\w{2})\w+")
_LARGE = 262_144  # bytes of a body that is still looked at
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])


def short(reason: str) -> str:
    """A reason as it is counted: without what is particular to one event."""
    return reason.partition(":")[0][:60]


def masked(text: str) -> str:
    return _KEY.sub(r"\1...", text)[:HEAD]


def head_of(rules: Rules, body: bytes, why: str) -> str:
    """The reason and the beginning of a body that cannot be taken; only the reason where it might hold too much."""
    if len(body) > _LARGE:
        return f"{why} ({len(body)} bytes)"
    kept = rules.without(body)
    if kept is body and rules.may_hold(body):
        return why
    shown = kept[: HEAD * 2].decode(errors="replace")
    return masked(f"{why} {shown if shown.isprintable() or shown.isascii() else ''}")


def samples_of(batch: Batch, messages: bytes | None, rules: Rules) -> list[Sample]:
    """One sample for each reason among a batch's refused messages."""
    first = {short(verdict.reason): verdict for verdict in reversed(batch.verdicts)}
    raws = list(_each(messages)) if messages else []
    found = []
    for reason, verdict in first.items():
        body = bytes(raws[verdict.index]) if verdict.index < len(raws) else b""
        head = head_of(rules, body, verdict.reason)
        found.append(Sample(batch.received_at, batch.dialect, reason, head))
    return found


def _each(messages: bytes) -> Iterable[msgspec.Raw]:
    """The messages as they came; a native body holds them under `events`."""
    try:
        if messages.lstrip().startswith(b"{"):
            return _RAWS.decode(
                msgspec.json.decode(messages, type=dict[str, msgspec.Raw])["events"]
            )
        return _RAWS.decode(messages)
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError):
        return []
