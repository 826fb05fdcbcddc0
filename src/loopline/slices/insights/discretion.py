"""What those who may not see persons can neither ask for nor be shown: numbers are for everybody, persons are not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.crypto import salted_hmac

from loopline.core.naming import private, words
from loopline.core.problems import NotAllowed
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.slices.insights.models import Report

REFUSED = "A question about {} tells who somebody is. It is for members; a report that asks it can be read."


HIDDEN = "hidden-"  # and a few characters of its own, in place of an address


def shown_to[T](actor: Actor, value: T) -> T:
    """A definition, or its words, as this actor may read it: without addresses for who may not see persons."""
    return value if may(actor, "person.read") else hidden(value)


def hidden(value: Any) -> Any:
    """A definition or a text with each e-mail address replaced, by the same word wherever it stands."""
    if isinstance(value, str):
        return private.without_addresses(value, _word)
    if isinstance(value, Mapping):
        return {key: hidden(each) for key, each in value.items()}
    return [hidden(each) for each in value] if isinstance(value, list) else value


def _word(address: str) -> str:
    return HIDDEN + salted_hmac("loopline.hidden-address", address.lower()).hexdigest()[:8]


def hide_words(rows: Sequence[Any], actor: Actor) -> dict[str, Any]:
    """For a list's `decorate`: rows say what they are for without addresses, where that is due."""
    for row in rows:
        row.says = shown_to(actor, row.says)
    return {}


def meant(kind: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The question itself, or the one of a report that was read as this one is, with addresses hidden.

    Raises NotAllowed where a condition or a measure tests who somebody is and no report asks the same.
    """
    for name, value in _tested(body):
        if _of_somebody(name) or any(private.is_somebody(v) or HIDDEN in v for v in _texts(value)):
            for kept in _reports(kind):
                if body in (kept, hidden(kept)):
                    return dict(kept)
            raise NotAllowed(REFUSED.format(name))
    return body


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
