"""What one typed line says: `@jonas second reader by wed`, `Ship it to all, because nobody turned it off`."""

import re
from dataclasses import dataclass
from datetime import date

from loopline.core.problems import Invalid
from loopline.slices.actions.rules import due_from

_DUE = re.compile(r"^(?P<words>.*\S),? +(?:by|until|due|on) +(?P<due>\S.{0,30})$", re.IGNORECASE)
_WHY = re.compile(r"^(?P<what>.*?\S)[,;:]? +because +(?P<why>\S.*)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class ActionLine:
    """`due` is None where the line names no day."""

    text: str
    due: date | None


def action_line(text: str, names: tuple[str, ...], on: date) -> ActionLine:
    """What is to be done and by when, without the handle of its owner. `names` are what an owner is called.

    Words after "by" that are no day stay part of what is to be done. Raises Invalid for an empty line.
    """
    words = text
    for name in sorted(filter(None, names), key=len, reverse=True):
        words, hits = re.subn(
            rf"@{re.escape(name)}\b[,:]?", " ", words, count=1, flags=re.IGNORECASE
        )
        if hits:
            break
    words = " ".join(words.split())
    due = None
    if found := _DUE.match(words):
        try:
            due = due_from(found["due"].rstrip("."), on)
            words = found["words"].rstrip(",")
        except Invalid:
            due = None
    if not words:
        raise Invalid(line="Say what is to be done, such as: @ann call Tarn Valley by friday.")
    return ActionLine(words[:1].upper() + words[1:], due)  # fmt: skip


def named(text: str, handles: tuple[str, ...]) -> int:
    """How long the longest of these handles is that stands whole in the text after an @; 0 where none does."""
    found = [
        len(h)
        for h in filter(None, handles)
        if re.search(rf"@{re.escape(h)}(?![\w.@-]*\w)", text, re.IGNORECASE)
    ]
    return max(found, default=0)


def decision_line(text: str) -> tuple[str, str]:
    """(what was decided, why), the reason empty where none is given. Raises Invalid for an empty line."""
    words = " ".join(text.split())
    if not words:
        raise Invalid(
            line="Say what was decided, such as: Ship it to all, because nobody turned it off."
        )
    if len(words) > 1000:
        raise Invalid(line="At most 1,000 characters; write the rest into the notes.")
    found = _WHY.match(words)
    what, why = (found["what"].rstrip(",;:"), found["why"]) if found else (words, "")
    if len(what) > 300:
        raise Invalid(
            line="Say what was decided in at most 300 characters; put why after “because”."
        )
    return what, why[:1].upper() + why[1:]  # fmt: skip
