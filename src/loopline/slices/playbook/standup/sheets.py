"""Finding the prepared pages of the stand-up, and writing one out as markdown."""

from collections.abc import Mapping, Sequence
from typing import Any

from loopline.platform.blocks import registry
from loopline.platform.blocks.text import Words, parts
from loopline.platform.db.once import once
from loopline.slices.docs import queries as docs
from loopline.slices.docs.company import filled_in
from loopline.slices.docs.queries import DocView
from loopline.slices.docs.templating import Column, Place, template

PLAN, TOUR, MAP, SETUP = "rollout-plan", "listening-tour", "current-state-map", "squad-setup"
TOOLS, TRAINING, BASELINE = "tool-inventory", "training-log", "baseline"
Row = Mapping[str, Any]


@once
def newest(key: str) -> DocView | None:
    """The page of a template that counts: the newest that is not put away."""
    return next(iter(docs.of_template(key)), None)


def rows_of(doc: DocView | None, place: str) -> list[Row]:
    """The lines of a table on the page; none where there is no page."""
    return list((doc.data if doc else {}).get(place) or ())


def as_markdown(doc: DocView, body: str) -> str:
    """A page with what was filled in, as text that reads anywhere; live blocks are named, not frozen."""
    made = template(doc.template)
    out = [f"# {doc.title}"]
    for part in parts(body):
        if isinstance(part, Words):
            out.append(filled_in(part.text))
        elif part.name == "fill":
            place = made.places.get(part.first) if made else None
            if place is not None:
                out += _place(place, doc.data.get(part.first))
        else:
            known = registry.known().get(part.name)
            said = ", ".join(part.params.values())
            out.append(f"*Live in Loopline: {known.title if known else part.name} ({said})*")
    return "\n\n".join(out) + "\n"


def _place(place: Place, value: Any) -> list[str]:
    head = [f"## {place.label}"] if place.label else []
    if place.kind == "checklist":
        return [*head, "\n".join(f"- [ ] {i.text}" for i in place.items)]
    if place.kind == "table":
        return [*head, _table(place.columns, value)] if value else []
    return [*head, str(value)] if value else [*head, f"_{place.hint}_"] if place.hint else []


def _table(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    lines = [[c.label for c in columns], ["---"] * len(columns)]
    lines += [[_cell(r.get(c.key)) for c in columns] for r in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: Any) -> str:
    text = (
        ", ".join(map(str, value))
        if isinstance(value, list)
        else f"{value:g}"
        if isinstance(value, float)
        else value
    )
    return str(text or "").replace("|", "\\|").replace("\n", " ")
