"""What those who may not see persons can neither ask for nor be shown: numbers are for everybody, persons are not."""

from collections.abc import Iterator, Mapping
from typing import Any

from loopline.core.naming import private, words
from loopline.core.problems import NotAllowed
from loopline.slices.insights.models import Report

REFUSED = "A question about {} tells who somebody is. It is for members; a report that asks it can be read."


def may_ask(kind: str, body: Mapping[str, Any]) -> None:
    """Raises NotAllowed where a condition or a measure tests who somebody is and no report asks the same."""
    for name, value in _tested(body):
        if _of_somebody(name) or any(private.is_somebody(v) for v in _texts(value)):
            if any(kept == body for kept in _reports(kind)):
                return
            raise NotAllowed(REFUSED.format(name))


def without_persons(body: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, with the values it is split by counted up instead of said where they tell who somebody is."""
    split = body.get("breakdown")
    if not isinstance(split, Mapping):
        return answer
    named = split.get("on") != "account" and _of_somebody(str(split.get("property", "")))
    hidden = 0
    for part in (*answer.get("series", ()), *answer.get("breakdown", ())):
        value = part["value"]
        if value not in (None, "") and (named or private.is_somebody(value)):
            hidden += 1
            part["value"] = f"hidden {hidden}"
    return answer


def _of_somebody(name: str) -> bool:
    return private.names_somebody(words.words(name))


def _reports(kind: str) -> Iterator[Any]:
    return Report.objects.filter(kind=kind).values_list("body", flat=True).iterator(100)


def _tested(value: Any) -> Iterator[tuple[str, Any]]:
    """(property, value) of every condition in a question, and the property of its measure."""
    if isinstance(value, list):
        for each in value:
            yield from _tested(each)
    elif isinstance(value, Mapping):
        if "property" in value and value.get("on") != "account":
            yield str(value["property"]), value.get("value")
        _, _, measured = str(value.get("measure") or "").partition(":")
        if measured:
            yield measured, None
        for key, each in value.items():
            if key != "breakdown":
                yield from _tested(each)


def _texts(value: Any) -> list[str]:
    return [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]
