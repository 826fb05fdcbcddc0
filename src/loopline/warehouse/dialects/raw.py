"""JSON values that are kept as bytes until somebody needs to look inside."""

from typing import Any, cast

import msgspec

DEEPEST = 64  # nested objects and arrays
Raw = msgspec.Raw
Id = str | int | float | None
ABSENT = Raw(b"null")  # msgspec has no `Raw | None`
EMPTY = Raw(b"{}")
_OUTLINE = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(set(range(256)) - set(b'[]{}"'))


def absent(raw: Raw) -> bool:
    """Whether a field was not sent, or null."""
    return bytes(raw) == b"null"


def plain(raw: Raw) -> Any:
    """The value behind raw JSON; None where there is none or it cannot be read."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def table(raw: Raw) -> dict[str, Any]:
    """The object behind raw JSON; empty where it is something else."""
    value = plain(raw)
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def shallow(body: bytes) -> bool:
    """Whether brackets outside strings nest at most DEEPEST deep; one level goes in each pass.

    Strings without brackets are `""` once all else is deleted, and taking such pairs out keeps the others whole.
    """
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    outline = body.translate(_OUTLINE, _NOT_BRACKETS).replace(b'""', b"")
    if b'"' in outline:
        outline = b"".join(outline.split(b'"')[::2])
    for _ in range(DEEPEST):
        if not outline:
            return True
        outline = outline.replace(b"[]", b"")
    return not outline


def wrong_field(text: str) -> str:
    """`invalid FIELD: why` from msgspec's words, which end with the place, `at `$.field``."""
    why, _, place = text.partition(" - at `$")
    if why.startswith("Object missing required field `"):
        return "missing " + why.split("`")[1]
    name = place.rstrip("`").lstrip(".").split(".")[0].split("[")[0]
    return f"invalid {name or 'message'}: {why}"
