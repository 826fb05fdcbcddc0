"""The question builder: plain form fields to the JSON of a question and back, so that it works without a script.

A match's fields are `PREFIX.event` and, for each condition n, `PREFIX.n.property`, `.op`, `.value`, `.on`.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import QueryDict

from loopline.core.problems import Invalid

MOST = 20
OPS = (
    ("eq", "is"), ("ne", "is not"), ("in", "is one of"), ("not_in", "is none of"), ("contains", "contains"),
    ("regex", "matches"), ("gt", "more than"), ("gte", "at least"), ("lt", "less than"), ("lte", "at most"),
    ("is_set", "is set"), ("is_not_set", "is not set"),
)  # fmt: skip
ON = (("event", "event"), ("person", "person"), ("account", "account"))
WINDOWS = (
    ("3600", "1 hour"), ("86400", "1 day"), ("259200", "3 days"), ("604800", "7 days"), ("1209600", "14 days"),
    ("2592000", "30 days"), ("7776000", "90 days"),
)  # fmt: skip
CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "order": (
        ("ordered", "In this order"), ("strict", "Directly after one another"), ("unordered", "In any order"),
    ),
    "entry": (("any", "Any start counts"), ("first", "Only the first start")),
    "window_seconds": WINDOWS,
    "ties": (
        ("step_order", "Ties by step order"), ("grace_1s", "Within 1 s in any order"),
        ("grace_2s", "Within 2 s in any order"),
    ),
    "exclusion": (("person", "Leave the person out"), ("truncate", "Keep the steps before it")),
    "interval": (("day", "By day"), ("week", "By week"), ("month", "By month")),
    "bounds": (("calendar", "Calendar periods"), ("rolling", "Rolling from each start")),
    "criterion": (("on", "In that very period"), ("on_or_after", "In it or later")),
    "anchor": (
        ("recurring", "Every start counts"), ("first_match", "First start in this time"),
        ("first_ever", "First start ever"),
    ),
    "actor": (("person", "People"), ("account", "Accounts")),
    "direction": (("after", "What follows"), ("before", "What leads to it")),
    "attribution": (
        ("first_touch", "first touch"), ("last_touch", "last touch"), ("step_1", "at step 1"),
        ("all_events", "every value"),
    ),
}  # fmt: skip
PLAIN: dict[str, tuple[str, ...]] = {
    "funnel": ("order", "entry", "window_seconds", "exclusion", "ties", "interval"),
    "retention": ("interval", "bounds", "criterion", "anchor", "periods"),
    "trend": ("interval", "measure"),
    "actives": ("interval", "rolling_days"),
    "stickiness": ("interval",),
    "lifecycle": ("interval",),
    "time-to-value": (),
    "adoption": ("uses",),
    "paths": ("direction", "steps"),
}
MATCHES: dict[str, tuple[tuple[str, str], ...]] = {
    "retention": (("start", "Began by"), ("return", "Came back by")),
    "time-to-value": (("start", "Began by"), ("value", "Value is")),
    "paths": (("start", "Around"),),
    "adoption": (("", "Used"), ("eligible", "Could have used")),
    "trend": (("", "Event"),),
    "actives": (("", "Active by"),),
    "stickiness": (("", "Active by"),),
    "lifecycle": (("", "Active by"),),
}
WHOLE = ("window_seconds", "periods", "rolling_days", "uses", "last_days")
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,10})?")


def body_in(kind: str, form: QueryDict) -> dict[str, Any]:
    """The JSON of the question that the form's fields say. What is empty is left out."""
    body: dict[str, Any] = {}
    for name in PLAIN[kind]:
        if name != "steps" or kind == "paths":
            _plain(body, name, form)
    if kind == "funnel":
        body["steps"] = [_match(form, f"s{n}") for n in range(MOST) if f"s{n}.event" in form]
        body["exclude"] = _exclusions(form)
    for prefix, _ in MATCHES.get(kind, ()):
        found = _match(form, prefix or "m")
        if prefix:
            body[prefix] = found
        else:
            body |= found
    if form.get("by"):
        body["breakdown"] = {"property": form.get("by", "").strip()[:200]}
        for name, key in (("attribution", "attribution"), ("by_on", "on")):
            if form.get(name):
                body["breakdown"][key] = form[name]
    body["filters"] = _conditions(form, "f")
    for name in ("actor", "cohort", "without_cohort"):
        _plain(body, name, form)
    _time(body, form)
    return {k: v for k, v in body.items() if v not in ("", [], {}, None) or k == "steps"}


def edited(kind: str, form: QueryDict) -> tuple[dict[str, Any], str]:
    """The question after the button that was pressed, and the part that shall offer a blank condition."""
    body = body_in(kind, form)
    verb, _, rest = form.get("do", "").partition(":")
    if verb == "add" and rest == "step":
        body.setdefault("steps", []).append({})
    elif verb == "add" and rest == "exclude":
        body.setdefault("exclude", []).append({"event": "", "after_step": 1, "before_step": 2})
    elif verb == "drop":
        _drop(body, rest)
    elif verb == "up":
        _up(body, rest)
    return body, rest if verb == "where" else ""


def _whole(text: str) -> bool:
    """Whether a text is a whole number of a size anything here may have."""
    return text.isdecimal() and len(text) < 10


def _drop(body: dict[str, Any], place: str) -> None:
    """`s1` a step, `x0` an exclusion, `s1.0` a condition of it, `f.0` a filter, `m.0` of the one match."""
    prefix, _, number = place.partition(".")
    if number:
        conditions = _part(body, prefix)
        if _whole(number) and int(number) < len(conditions):
            del conditions[int(number)]
    elif prefix[:1] in "sx" and _whole(prefix[1:]):
        rows = body.get("steps" if prefix[0] == "s" else "exclude", [])
        if int(prefix[1:]) < len(rows):
            del rows[int(prefix[1:])]


def _up(body: dict[str, Any], place: str) -> None:
    steps, at = body.get("steps", []), place.removeprefix("s")
    if _whole(at) and 0 < int(at) < len(steps):
        steps[int(at) - 1], steps[int(at)] = steps[int(at)], steps[int(at) - 1]


def _part(body: dict[str, Any], prefix: str) -> list[Any]:
    if prefix == "f":
        found = body.get("filters", [])
    elif prefix == "m":
        found = body.get("where", [])
    elif prefix[:1] in "sx" and _whole(prefix[1:]):
        rows = body.get("steps" if prefix[0] == "s" else "exclude", [])
        at = int(prefix[1:])
        found = rows[at].get("where", []) if at < len(rows) else []
    else:
        found = (body.get(prefix) or {}).get("where", [])
    return found if isinstance(found, list) else []


def _plain(body: dict[str, Any], name: str, form: QueryDict) -> None:
    text = form.get(name, "").strip()
    if not text:
        return
    body[name] = int(text) if (name in WHOLE or name == "steps") and _whole(text) else text


def _match(form: QueryDict, prefix: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if form.get(f"{prefix}.event", "").strip():
        made["event"] = form.get(f"{prefix}.event", "").strip()[:200]
    if form.get(f"{prefix}.name", "").strip():
        made["name"] = form.get(f"{prefix}.name", "").strip()[:80]
    where = _conditions(form, prefix)
    return made | ({"where": where} if where else {})


def _conditions(form: QueryDict, prefix: str) -> list[dict[str, Any]]:
    found = []
    for n in range(MOST):
        name = form.get(f"{prefix}.{n}.property", "").strip()
        if not name:
            continue
        op = form.get(f"{prefix}.{n}.op", "eq")
        one: dict[str, Any] = {"property": name[:200], "op": op}
        text = form.get(f"{prefix}.{n}.value", "").strip()
        if op not in ("is_set", "is_not_set"):
            one["value"] = (
                [typed(t) for t in text.split(",") if t.strip()]
                if op in ("in", "not_in")
                else typed(text)
            )
        if form.get(f"{prefix}.{n}.on", "event") != "event":
            one["on"] = form[f"{prefix}.{n}.on"]
        found.append(one)
    return found


def typed(text: str) -> str | float | int | bool:
    """What somebody typed, as a value: numbers and true or false as such; in quotes it stays text."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    if NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text[:1000]


def written(value: Any) -> str:
    """A value as it stands in a field, so that `typed` reads it back."""
    if isinstance(value, list):
        return ", ".join(written(each) for each in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if value in ("true", "false") or NUMBER.fullmatch(value) else value
    return "" if value is None else str(value)


def _exclusions(form: QueryDict) -> list[dict[str, Any]]:
    found = []
    for n in range(10):
        if form.get(f"x{n}.event", "").strip():
            steps = {
                key: int(form.get(f"x{n}.{key}", "") or default)
                for key, default in (("after_step", 1), ("before_step", 2))
                if _whole(form.get(f"x{n}.{key}", "") or "1")
            }
            found.append(_match(form, f"x{n}") | steps)
    return found


def _time(body: dict[str, Any], form: QueryDict) -> None:
    start, end = form.get("from", "").strip(), form.get("to", "").strip()
    if start or end:
        for key, text in (("from", start), ("to", end)):
            if text:
                try:
                    datetime.fromisoformat(text)
                except ValueError:
                    raise Invalid(
                        **{key: f"{text} is not a day. Write it as 2026-03-31."}
                    ) from None
                body[key] = text if "T" in text else f"{text}T00:00:00"
    elif _whole(form.get("last_days", "")):
        body["last_days"] = int(form.get("last_days", ""))


def packed(body: Mapping[str, Any]) -> str:
    """A question in an address: compact JSON."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def unpacked(text: str) -> dict[str, Any]:
    """The question of an address. Raises Invalid."""
    if len(text) > 20_000:
        raise Invalid(q="This question is too long for an address.")
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        raise Invalid(
            q="The address holds a question that cannot be read. Build it anew."
        ) from None
    if not isinstance(found, dict):
        raise Invalid(q="The address holds a question that cannot be read. Build it anew.")
    return found


class Loose(dict[str, Any]):
    """A question for templates: what it does not say is None, at any depth."""

    def __missing__(self, key: str) -> None:
        return None


ALIASES = {
    "anchor": {"first": "first_match"}
}  # other words the API takes for a choice of the builder


def loose(value: Any) -> Any:
    """The same JSON, forgiving, in the builder's words."""
    if isinstance(value, Mapping):
        found = {
            k: ALIASES.get(k, {}).get(v, v) if isinstance(v, str) else v for k, v in value.items()
        }
        return Loose({k: loose(v) for k, v in found.items()})
    return [loose(each) for each in value] if isinstance(value, list) else value
