"""A doc as a file of markdown with a head, and such a file read again. Pure but for the names of people."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from loopline.slices.docs.models import Doc

_NOTION = re.compile(r"\s[0-9a-f]{32}$")
_HEAD = re.compile(r"\A---\n(.*?)\n---\n?", re.DOTALL)


_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Unreadable(Exception):
    """A file that is no doc; the reason as a sentence."""


@dataclass(frozen=True, slots=True)
class FromFile:
    title: str
    body: str
    template: str = ""
    filled: Mapping[str, Any] = field(default_factory=dict)


def as_file(d: Doc) -> str:
    """Head, then the words with their blocks; what was filled in stands in the head."""
    head: dict[str, Any] = {"key": f"DOC-{d.pk}", "title": d.title}
    if d.template:
        head["template"] = d.template
    if d.owner:
        head["owner"] = d.owner.name
    if d.review_on:
        head["review_on"] = d.review_on.isoformat()
    filled = {k: v for k, v in d.data.items() if k != "came_from"}
    if filled:
        head["filled"] = filled
    said = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=100)
    return f"---\n{said}---\n{d.body}"


def file_name(d: Doc) -> str:
    """A name that every system takes: 12-approve-on-the-phone.md."""
    plain = re.sub(r"[^\w]+", "-", d.title.lower(), flags=re.ASCII).strip("-")[:60]
    return f"{d.pk}-{plain or 'doc'}.md"


def read(path: str, raw: bytes, most: int) -> FromFile:
    """What a file of markdown says; of a Notion export the id at the end of its name is left out. Raises Unreadable."""
    if len(raw) > most * 4:
        raise Unreadable(f"It is larger than {most:,} characters.")
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Unreadable("It is not text in UTF-8.") from None
    if "\x00" in text:
        raise Unreadable("It is not text.")
    head: Mapping[str, Any] = {}
    found = _HEAD.match(text)
    if found:
        said = _head(found.group(1))
        if isinstance(said, Mapping):
            head, text = said, text[found.end() :]
    name = path.rsplit("/", 1)[-1][-300:].removesuffix(".md").removesuffix(".markdown")
    title = _line(head.get("title"))
    first, _, rest = text.lstrip("\n").partition("\n")
    if not title and first.startswith(("# ", "#\t")):
        title, text = first[2:].strip().rstrip("#"), rest.lstrip("\n")
    title = " ".join((title or _NOTION.sub("", name)).split())[:200]
    if not title:
        raise Unreadable("It has no title.")
    if len(text) > most:
        raise Unreadable(f"It is longer than {most:,} characters.")
    filled = head.get("filled")
    return FromFile(
        title, text, _line(head.get("template")), filled if isinstance(filled, Mapping) else {}
    )


def _line(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _head(text: str) -> Any:
    """What stands in a head, every value as it was written. Raises Unreadable."""
    try:
        # an alias costs nothing to read and anything to write out: ten short lines can hold 10^9 words
        if any(isinstance(e, yaml.AliasEvent) for e in yaml.parse(text, _Loader)):
            raise Unreadable("Its head uses YAML aliases (*name). Write the words out.")
        return yaml.load(text, _Loader)  # noqa: S506  makes texts, lists and mappings, nothing else
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        raise Unreadable("The head between the two --- lines cannot be read.") from None
