"""Docs from files: markdown one by one, or many in a zip as Notion exports them. Again the same files add nothing."""

import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid, Problem
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.docs import rules, services
from loopline.slices.docs.models import Doc
from loopline.slices.docs.rules import MOST_BODY
from loopline.slices.docs.templating import Place, Template, template
from loopline.slices.docs.wording import FromFile, Unreadable, read

MOST_FILES = 1_000
MOST_BYTES = 20_000_000  # as it is sent
MOST_OPENED = 60_000_000  # of a zip, unpacked
MOST_SAID = 500  # files left out that are named
_ID = re.compile(r"[a-z0-9-]{1,20}")


@dataclass(slots=True)
class Brought:
    """What came of the files: made, changed, known already, and left out with the reason."""

    made: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    same: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)


def bring(*, actor: Actor, files: list[tuple[str, bytes]], now: datetime) -> Brought:
    """Take in files of markdown and zips of them; each by itself, so that a bad one stops no other."""
    allow(actor, "doc.write")
    out, there = Brought(), _there()
    for at, (name, raw) in enumerate(_opened(files, out)):
        if at >= MOST_FILES or len(out.left_out) >= MOST_SAID:
            out.left_out.append((name, f"More than {MOST_FILES:,} files; send the rest apart."))
            break
        try:
            _one(actor, name, read(name, raw, MOST_BODY), there, now, out)
        except Unreadable as why:
            out.left_out.append((name, str(why)))
        except Problem as why:
            out.left_out.append((name, why.sentence))
    return out


def _there() -> dict[str, int]:
    """Where a file came from -> its doc, the first of each; asked once, since it looks through every doc."""
    found = Doc.objects.filter(data__has_key="came_from").order_by("-pk")
    return {
        path: pk for pk, path in found.values_list("pk", "data__came_from__path") if isinstance(path, str)
    }  # fmt: skip


def _opened(files: list[tuple[str, bytes]], out: Brought) -> Iterator[tuple[str, bytes]]:
    for name, raw in files:
        if len(raw) > MOST_BYTES:
            out.left_out.append((name, f"It is larger than {MOST_BYTES // 1_000_000} MB."))
        elif name.lower().endswith(".zip"):
            yield from _unpacked(name, raw, out, [MOST_OPENED], deep=True)
        elif name.lower().endswith((".md", ".markdown")):
            yield name, raw
        else:
            out.left_out.append((name, "Only .md files and zips of them are taken."))


def _unpacked(
    name: str, raw: bytes, out: Brought, left: list[int], *, deep: bool
) -> Iterator[tuple[str, bytes]]:
    """Files of a zip, and of zips in it, as Notion sends large exports; no more than fits, whatever the zip claims."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = [i for i in archive.infolist() if not i.is_dir()][: MOST_FILES * 2]
            for entry in entries:
                low = entry.filename.lower()
                if low.startswith("__macosx/") or low.rsplit("/", 1)[-1].startswith("."):
                    continue
                if not low.endswith((".md", ".markdown", ".zip")):
                    out.left_out.append((entry.filename[:300], "It is no .md file."))
                    if len(out.left_out) >= MOST_SAID:
                        return
                    continue
                with archive.open(entry) as opened:
                    content = opened.read(left[0] + 1)
                if len(content) > left[0]:
                    out.left_out.append(
                        (entry.filename, f"Unpacked it is more than {MOST_OPENED // 1_000_000} MB.")
                    )
                    return
                left[0] -= len(content)
                if not low.endswith(".zip"):
                    yield entry.filename, content
                elif deep:
                    yield from _unpacked(entry.filename, content, out, left, deep=False)
    except (
        zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, zlib.error, lzma.LZMAError
    ):  # fmt: skip
        out.left_out.append((name, "It cannot be opened as a zip."))


def checked(made: Template, filled: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says in the places of its template, each as if somebody had typed it; ticks are left out.

    Raises Invalid with the place's name.
    """
    out = {}
    for key, said in filled.items():
        place = made.places.get(key)
        if place is None or place.kind == "checklist" or said in ("", None):
            continue
        try:
            out[key] = (
                _lines(place, said) if place.kind == "table" else rules.written(place, _text(said))
            )
        except Invalid as wrong:
            raise Invalid(**{key: f"{place.label or key}: {' '.join(wrong.errors.values())}"}) from None  # fmt: skip
    return {k: v for k, v in out.items() if v is not None}


def _text(said: Any) -> str:
    if isinstance(said, list) and all(isinstance(each, str) for each in said):
        said = ", ".join(said)
    if not isinstance(said, str):
        raise Invalid(value="This is no text.")
    return "" if said in ("null", "~") else said


def _lines(place: Place, said: Any) -> list[dict[str, Any]]:
    if not isinstance(said, list) or not all(isinstance(line, Mapping) for line in said):
        raise Invalid(value="A table is a list of lines.")
    if len(said) > rules.MOST_ROWS:
        raise Invalid(value=f"A table here holds at most {rules.MOST_ROWS} lines.")
    out, known = [], set()
    for line in said:
        values = {c.key: _text(line.get(c.key, "")) for c in place.columns}
        if not any(v.strip() for v in values.values()):
            continue
        id_ = line.get("id")
        own = (
            {"id": id_} if isinstance(id_, str) and _ID.fullmatch(id_) and id_ not in known else {}
        )
        out.append(rules.row(place, values) | own)
        known.add(out[-1]["id"])
    return out


@transaction.atomic
def _one(
    actor: Actor, name: str, file: FromFile, there: dict[str, int], now: datetime, out: Brought
) -> None:
    filled = json.dumps(file.filled, sort_keys=True)
    digest = sha256(f"{file.title}\n{file.body}\n{filled}".encode()).hexdigest()[:32]
    known = Doc.objects.filter(pk=there.get(name[:300], 0)).first()
    if known is None:
        made = template(file.template) if file.template else None
        data = checked(made, file.filled) if made else {}
        body = file.body if made or not file.template else f"{file.body}\n"
        new = services.NewDoc(
            file.title,
            made.key if made else "",
            body,
            data | {"came_from": {"path": name[:300], "digest": digest, "version": 1}},
        )
        there[name[:300]] = services.create_doc(actor=actor, new=new, now=now)
        out.made.append(there[name[:300]])
        return
    came = known.data["came_from"]
    if came.get("digest") == digest:
        out.same += 1
    elif known.version != came.get("version"):
        out.left_out.append((name, f"DOC-{known.pk} was changed here since; it is left as it is."))
    else:
        services.change_doc(
            actor=actor, id_=known.pk, changes={"title": file.title, "body": file.body}, now=now
        )
        known.refresh_from_db()
        known.data = known.data | {"came_from": came | {"digest": digest, "version": known.version}}
        known.save(update_fields=["data"])
        out.changed.append(known.pk)
