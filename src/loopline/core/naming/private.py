"""Which examples of a property may be kept where everybody reads them, and what tells of a person."""

import re
from collections.abc import Callable

LONGEST = 40  # characters of an example
_NAME_LIST = (
    "email mail phone mobile tel address street zip postcode ip name first last surname fullname username birthday "
    "birth dob ssn iban card password secret token key auth cookie session lat latitude lon longitude title comment "
    "message text note query search url referrer path"
)  # fmt: skip
_NAMES = frozenset(_NAME_LIST.split())
_FINE = frozenset(["event name", "plan name", "feature name", "page name"])
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
_ADDRESSED = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*")
_NUMBER = re.compile(r"(\d[ ()./-]*){8,}")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+|[0-9a-f]{0,4}:[0-9a-f:]+:[0-9a-f]{0,4}", re.IGNORECASE)
_OPAQUE = re.compile(r"[A-Za-z0-9_-]{20,}")
_PERSON_LIST = (
    "email mail phone mobile tel address street zip postcode ip name surname fullname username birthday birth dob ssn "
    "iban password secret token cookie session lat latitude lon longitude"
)
_PERSON = frozenset(_PERSON_LIST.split())
_DIGITS = 6  # of an opaque text: with fewer it is a name of something


def shows(words: list[str], example: str, kind: str) -> bool:
    """Whether an example tells nothing about a person: not by the property's name, not by how the value looks.

    `kind` is the property's type as the catalogue says it.
    """
    if kind in ("object", "list") or len(example) > LONGEST:
        return False
    named = not _NAMES.isdisjoint(words) and " ".join(words) not in _FINE
    if kind in ("number", "yes or no"):
        return not named
    seen = _MAIL.search(example) or _NUMBER.search(example) or _ADDRESS.search(example)
    return not (named or seen or _OPAQUE.fullmatch(example))


def names_somebody(words: list[str]) -> bool:
    """Whether a property of these words tells who somebody is, such as an address."""
    return not _PERSON.isdisjoint(words) and " ".join(words) not in _FINE


def is_somebody(value: str) -> bool:
    """Whether a value looks like an e-mail address, a number to call, a network address or an id."""
    if _MAIL.search(value) or _NUMBER.search(value) or _ADDRESS.search(value):
        return True
    return bool(_OPAQUE.fullmatch(value)) and sum(c.isdigit() for c in value) >= _DIGITS


def without_addresses(
    text: str,
    said: str | Callable[[str], str],
    theirs: Callable[[str], bool] = lambda address: True,
) -> str:
    """The text with `said` (of the address) in place of each e-mail address that `theirs(address)` is true of."""
    if "@" not in text:
        return text

    def instead(found: re.Match[str]) -> str:
        if not theirs(found[0]):
            return found[0]
        return said if isinstance(said, str) else said(found[0])

    return _ADDRESSED.sub(instead, text)
