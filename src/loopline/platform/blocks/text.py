"""Text with blocks and places to fill in: lines like `{{metric id=3}}` or `{{fill notes}}` between markdown.

Pure. A mark stands on a line of its own, outside fenced code; anything else stays text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_MARK = re.compile(
    r"\s{0,3}\{\{\s*(?P<name>[a-z][a-z0-9-]*)(?P<rest>(?:\s+(?:[a-z_]+=)?(?:\"[^\"{}]*\"|[^\s\"{}=]+))*)\s*\}\}\s*"
)
_PART = re.compile(r"(?:(?P<key>[a-z_]+)=)?(?:\"(?P<quoted>[^\"{}]*)\"|(?P<bare>[^\s\"{}=]+))")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")


@dataclass(frozen=True, slots=True)
class Words:
    """Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A block, or with the name `fill` a place to write; `first` is the word without a key."""

    name: str
    first: str
    params: Mapping[str, str]


def parts(text: str) -> list[Words | Mark]:
    """The text in order; neighbouring lines of markdown stay together, empty stretches are left out."""
    found: list[Words | Mark] = []
    lines: list[str] = []
    fence = ""
    for line in text.splitlines():
        opened = _FENCE.match(line)
        if opened and (not fence or opened.group(1) == fence):
            fence = "" if fence else opened.group(1)
        mark = None if fence or opened else _mark(line)
        if mark is None:
            lines.append(line)
            continue
        _words(found, lines)
        found.append(mark)
    _words(found, lines)
    return found


def _words(found: list[Words | Mark], lines: list[str]) -> None:
    text = "\n".join(lines).strip("\n")
    if text.strip():
        found.append(Words(text))
    lines.clear()


def _mark(line: str) -> Mark | None:
    hit = _MARK.fullmatch(line)
    if hit is None:
        return None
    first, params = "", {}
    for part in _PART.finditer(hit["rest"]):
        value = part["quoted"] if part["quoted"] is not None else part["bare"]
        if part["key"]:
            params[part["key"]] = value
        elif not first:
            first = value
    return Mark(hit["name"], first, params)


def written(name: str, params: Mapping[str, str]) -> str:
    """The line that stands for a block; characters that would end it are left out."""
    bits = [name]
    for key, value in params.items():
        clean = re.sub(r"[\"{}\n]", "", value)
        bits.append(
            f'{key}="{clean}"' if re.search(r"[\s=]", clean) or not clean else f"{key}={clean}"
        )
    return "{{" + " ".join(bits) + "}}"
