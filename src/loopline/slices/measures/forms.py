"""A definition as fields: what the form asks for each kind, the JSON it makes, and back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loopline.core.problems import Invalid
from loopline.platform.ui.rows import number
from loopline.slices.measures import builtins
from loopline.slices.measures.definitions import NUMBERS

KINDS = (
    ("manual", "Written down by hand"),
    ("activation", "Activation: who does what early on"),
    ("adoption", "Adoption: who uses a feature"),
    ("time-to-value", "Time to value"),
    ("funnel", "Conversion along steps"),
    ("retention", "Retention"),
    ("actives", "Active people"),
    ("stickiness", "Stickiness"),
    ("trend", "An event, counted or measured"),
    ("builtin", "A number of another area"),
    ("sql", "A SELECT"),
    ("json", "A definition as JSON"),
)
MEASURES = (
    ("count", "How often"), ("people", "By how many people"), ("sum", "Sum of a property"),
    ("avg", "Mean of a property"), ("p50", "Median of a property"), ("p90", "90th percentile of a property"),
)  # fmt: skip
ACTORS = (("person", "People"), ("account", "Accounts"))
ONS = (("event", "the event"), ("person", "the person"), ("account", "the account"))
OPS = (
    ("eq", "is"), ("ne", "is not"), ("contains", "contains"), ("gt", "above"), ("gte", "at least"),
    ("lt", "below"), ("lte", "at most"), ("is_set", "is set"), ("is_not_set", "is not set"),
)  # fmt: skip
PARTS, STEPS = 3, 5


@dataclass(frozen=True, slots=True)
class Ask:
    """One field: `kind` is event, number, choice, text or area; `beside` stands in the same row as the one before."""

    name: str
    label: str
    kind: str = "event"
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    beside: bool = False


def _numbers(kind: str) -> Ask:
    return Ask(
        "number",
        "Which number",
        "choice",
        choices=tuple((k, v[1]) for k, v in NUMBERS[kind].items()),
    )


def asks(kind: str) -> list[Ask]:
    """The fields of a kind, in order."""
    actor = Ask("actor", "Counted by", "choice", choices=ACTORS, default="person")
    by_kind: dict[str, list[Ask]] = {
        "activation": [
            Ask("signup", "Signs up with"),
            *(
                ask
                for at in range(1, PARTS + 1)
                for ask in (
                    Ask(f"event_{at}", "and does" if at == 1 else "and also"),
                    Ask(f"times_{at}", "times", "number", default="1", beside=True),
                )
            ),
            Ask("days", "within days", "number", "After signing up, the last instant included.", default="14"),
            actor,
            Ask("people", "by at least so many of an account's people", "number", default="1", beside=True),
        ],
        "adoption": [
            Ask("event", "Uses it with"), Ask("uses", "at least times", "number", default="1", beside=True),
            Ask("eligible", "Of those with", help="Empty: of everybody active in the period."),
            _numbers("adoption"), actor,
        ],
        "time-to-value": [Ask("start", "From"), Ask("value", "to"), _numbers("time-to-value"), actor],
        "funnel": [
            *(Ask(f"step_{at}", f"Step {at}") for at in range(1, STEPS + 1)),
            Ask("window_days", "within days", "number", default="14"), _numbers("funnel"), actor,
        ],
        "retention": [
            Ask("start", "Begins with", help="Empty: any event."),
            Ask("return", "Comes back with", help="Empty: any event."),
            Ask("period", "so many periods later", "number", default="1"), actor,
        ],
        "actives": [
            Ask("event", "Active with", help="Empty: any event."),
            Ask("rolling_days", "in the last days", "number", "1: within the period itself.", default="1"), actor,
        ],
        "stickiness": [Ask("event", "Active with", help="Empty: any event."), actor],
        "trend": [
            Ask("event", "Event"), Ask("measure", "Measure", "choice", choices=MEASURES, default="count"),
            Ask("property", "of the property", "text", beside=True),
        ],
        "builtin": [Ask("key", "Number", "choice", choices=tuple((b.key, b.label) for b in builtins.every().values()))],
        "sql": [
            Ask("sql", "SELECT", "area", "One value, computed for each period with :from and :to in it; or rows whose "
                "first column is called period. Columns n, low and high are kept."),
        ],
        "json": [Ask("json", "Definition", "area", 'As in the API: {"kind": "funnel", "query": {"steps": [...]}}')],
    }  # fmt: skip
    return by_kind.get(kind, [])


def filtered(kind: str) -> bool:
    """Whether the kind takes the "only where" row."""
    return kind in NUMBERS or kind == "activation"


def _text(post: Mapping[str, str], name: str) -> str:
    return str(post.get(name, "")).strip()


def _whole(post: Mapping[str, str], name: str, default: int) -> int:
    found = number(name, _text(post, name))
    if found is None:
        return default
    if found != int(found):
        raise Invalid(**{name: "This is a whole number."})
    return int(found)


def _needed(post: Mapping[str, str], name: str, said: str) -> str:
    found = _text(post, name)
    if not found:
        raise Invalid(**{name: said})
    return found


def _event(name: str) -> dict[str, Any]:
    return {"event": name} if name else {}


def _filters(post: Mapping[str, str]) -> list[dict[str, Any]]:
    name = _text(post, "f_property")
    if not name:
        return []
    op, on = _text(post, "f_op") or "eq", _text(post, "f_on") or "event"
    out: dict[str, Any] = {"property": name, "op": op}
    if op not in ("is_set", "is_not_set"):
        out["value"] = _scalar(_text(post, "f_value"))
    if on != "event":
        out["on"] = on
    return [out]


def _scalar(text: str) -> Any:
    """Numbers and true or false as themselves, everything else as text; quoted it is always text."""
    if text in ("true", "false"):
        return text == "true"
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return text


def definition_of(kind: str, post: Mapping[str, str]) -> dict[str, Any]:
    """The JSON that the fields make. Raises Invalid at a field."""
    if kind == "manual":
        return {"kind": "manual"}
    if kind == "sql":
        return {"kind": "sql", "query": _needed(post, "sql", "Write the SELECT.")}
    if kind == "builtin":
        return {"kind": "builtin", "query": _needed(post, "key", "Choose the number.")}
    if kind == "json":
        try:
            found = json.loads(_needed(post, "json", "Write the definition."))
        except ValueError as wrong:
            raise Invalid(json=f"This is not JSON: {wrong}.") from None
        if not isinstance(found, dict):
            raise Invalid(json="A definition is an object with kind and query.")
        return found
    query = _query(kind, post)
    filters = _filters(post)
    if filters:
        query["filters"] = filters
    if _text(post, "actor") == "account":
        query["actor"] = "account"
    return {"kind": kind, "query": query}


def _query(kind: str, post: Mapping[str, str]) -> dict[str, Any]:
    chosen = _text(post, "number")
    named = (
        {"number": chosen} if chosen and chosen != next(iter(NUMBERS.get(kind, {"": 0}))) else {}
    )
    if kind == "activation":
        rule = [
            {"event": _text(post, f"event_{at}"), "times": _whole(post, f"times_{at}", 1)}
            for at in range(1, PARTS + 1) if _text(post, f"event_{at}")
        ]  # fmt: skip
        if not rule:
            raise Invalid(event_1="Name at least one event of the rule.")
        out = {
            "signup": {"event": _needed(post, "signup", "Name the event with which somebody signs up.")},
            "rule": rule, "days": _whole(post, "days", 14),
        }  # fmt: skip
        return out | ({"people": n} if (n := _whole(post, "people", 1)) > 1 else {})
    if kind == "funnel":
        steps = [_event(s) for at in range(1, STEPS + 1) if (s := _text(post, f"step_{at}"))]
        if len(steps) < 2:
            raise Invalid(step_1="Name at least two steps.")
        return {"steps": steps, "window_seconds": _whole(post, "window_days", 14) * 86_400, **named}
    if kind == "time-to-value":
        start, value = (
            _needed(post, "start", "Name the start."),
            _needed(post, "value", "Name the value."),
        )
        return {"start": _event(start), "value": _event(value), **named}
    if kind == "adoption":
        out = {
            "event": _needed(post, "event", "Name the event of using it."),
            "uses": _whole(post, "uses", 1),
        }
        return out | ({"eligible": _event(e)} if (e := _text(post, "eligible")) else {}) | named
    if kind == "retention":
        return {
            "start": _event(_text(post, "start")), "return": _event(_text(post, "return")),
            "period": _whole(post, "period", 1),
        }  # fmt: skip
    out = _event(_text(post, "event"))
    if kind == "trend":
        _needed(post, "event", "Name the event.")
        measure = _text(post, "measure") or "count"
        if measure not in ("count", "people"):
            measure += f":{_needed(post, 'property', 'Name the property that is measured.')}"
        return out | {"measure": measure}
    if kind == "actives":
        return out | {"rolling_days": _whole(post, "rolling_days", 1)}
    return out


def fields_of(definition: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """(kind, fields) that make this definition; as JSON where the fields cannot say all of it."""
    kind = str(definition.get("kind") or "manual")
    whole = ("json", {"json": json.dumps(definition, indent=2, ensure_ascii=False)})
    if kind == "manual":
        return kind, {}
    try:
        fields = _fields(kind, definition.get("query"))
        same = _filled(definition_of(kind, fields)) == _filled(definition)
        return (kind, fields) if same else whole
    except (Invalid, KeyError, TypeError, AttributeError, ValueError):
        return whole


def _filled(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The same definition with what is meant where nothing is said, for comparing two."""
    kind, query = str(definition["kind"]), definition.get("query")
    if not isinstance(query, Mapping):
        return dict(definition)
    meant: dict[str, Any] = {
        "actor": "person", "filters": [], "people": 1, "days": 14, "uses": 1, "period": 1, "rolling_days": 1,
        "window_seconds": 14 * 86_400, "number": next(iter(NUMBERS.get(kind, {"": 0}))),
    }  # fmt: skip
    out = {**meant, **query}
    if "rule" in out:
        out["rule"] = [{"times": 1, **each} for each in out["rule"]]
    if kind == "trend":
        out.setdefault("measure", "count")
    return {"kind": kind, "query": out}


def _fields(kind: str, query: Any) -> dict[str, str]:
    if kind == "sql":
        return {"sql": query}
    if kind == "builtin":
        return {"key": query}
    out: dict[str, Any] = {k: v for k, v in query.items() if not isinstance(v, (dict, list))}
    for name in ("start", "return", "value", "eligible", "signup"):
        if name in query:
            out[name] = query[name].get("event", "")
    for at, each in enumerate(query.get("rule", []), start=1):
        out |= {f"event_{at}": each["event"], f"times_{at}": each.get("times", 1)}
    for at, each in enumerate(query.get("steps", []), start=1):
        out[f"step_{at}"] = each["event"]
    if "window_seconds" in query:
        out["window_days"] = query["window_seconds"] // 86_400
    if kind == "trend":
        out["measure"], _, out["property"] = str(query.get("measure", "count")).partition(":")
    for each in query.get("filters", []):
        value = each.get("value", "")
        quoted = isinstance(value, str) and _scalar(value) != value
        shown = f'"{value}"' if quoted else str(value).lower() if isinstance(value, bool) else value
        out |= {
            "f_property": each["property"],
            "f_op": each.get("op", "eq"),
            "f_on": each.get("on", "event"),
            "f_value": shown,
        }
    return {k: str(v) for k, v in out.items()}
