"""A cohort's definition as a sentence."""

from collections.abc import Mapping
from typing import Any

OPS = {
    "eq": "is", "ne": "is not", "in": "is one of", "not_in": "is none of", "gt": "is above", "gte": "is at least",
    "lt": "is below", "lte": "is at most", "contains": "contains", "regex": "matches", "is_set": "is set",
    "is_not_set": "is not set",
}  # fmt: skip
INSIGHTS = {
    "funnel": "a funnel", "retention": "a retention grid", "trend": "a trend", "actives": "active people",
    "lifecycle": "a lifecycle", "stickiness": "stickiness", "time-to-value": "time to value",
    "adoption": "adoption", "paths": "paths",
}  # fmt: skip


def said(definition: Mapping[str, Any], actor: str) -> str:
    """What a definition means, in words."""
    whom = "Accounts" if actor == "account" else "People"
    if "ids" in definition:
        return f"{whom} of a list of {len(definition['ids']):,}."
    if "rule" in definition:
        return f"{whom} {_rule(definition['rule'])}."
    cell = definition.get("cell") or {}
    part = "who stopped before" if cell.get("dropped") else "at"
    kind = definition.get("insight", "")
    place = f"step {cell.get('step', 1)}" if kind == "funnel" else "one number"
    query = definition.get("query") or {}
    names = [s.get("name") or s.get("event") or "any event" for s in query.get("steps", [])]
    along = f" ({' → '.join(names)})" if names else ""
    return f"{whom} {part} {place} of {INSIGHTS.get(kind, kind)}{along}{_of_row(query, cell)}."


def _of_row(query: Mapping[str, Any], cell: Mapping[str, Any]) -> str:
    """Which row of the answer a number stood in, and of which days it was."""
    by, value = (query.get("breakdown") or {}).get("property"), cell.get("breakdown")
    row = f", {by} {value if value != '' else 'not set'}" if by and value is not None else ""
    days = query.get("last_days")
    return f"{row}, of the last {days} days" if days else row


def _rule(rule: Mapping[str, Any]) -> str:
    did, event = rule.get("did", True), rule.get("event")
    times = rule.get("at_least", 1)
    often = f" at least {times} times" if times > 1 else ""
    what = f"did “{event}”{often}" if event else f"were active{often}"
    if not did:
        what = (
            f"were active and did not {what.replace('did ', 'do ', 1) if event else 'do anything'}"
        )
    where = _conditions(rule.get("where", []))
    only = _conditions(rule.get("conditions", []))
    out = f"who {what}{f' where {where}' if where else ''} in the last {rule.get('last_days', 30)} days"
    return f"{out}, and whose {only}" if only else out


def _conditions(given: list[Mapping[str, Any]]) -> str:
    return " and ".join(_condition(each) for each in given)


def _condition(one: Mapping[str, Any]) -> str:
    value = one.get("value")
    text = (
        ", ".join(map(str, value))
        if isinstance(value, list)
        else ""
        if value is None
        else str(value)
    )
    owner = "account’s " if one.get("on") == "account" else ""
    return f"{owner}{one['property']} {OPS[one.get('op', 'eq')]} {text}".strip()
