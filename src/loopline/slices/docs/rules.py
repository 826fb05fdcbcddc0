"""Permissions, and what may be written into a place of a prepared page."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Role
from loopline.slices.docs.templating import Column, Place

PERMISSIONS = {"doc.read": Role.VIEWER, "doc.write": Role.MEMBER, "doc.send": Role.PRODUCT}
NOTES = "release-notes"  # the template whose pages are sent
MOST_TEXT = 20_000
MOST_CELL = 500
MOST_ROWS = 500
MOST_BODY = 100_000
MOST_MARKS = 120  # blocks and places on one page; each asks the data
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)  # with days beyond nobody can count
SOON = timedelta(days=7)


def written(place: Place, raw: str) -> Any:
    """What is kept of what somebody wrote, None for nothing. Raises Invalid with the sentence for the place."""
    text = raw.strip()
    if not text:
        return None
    if place.kind == "text":
        if len(text) > MOST_TEXT:
            raise Invalid(value=f"At most {MOST_TEXT:,} characters; this has {len(text):,}.")
        return raw.rstrip()
    return cell(Column(place.key, place.label, place.kind, place.options), text)


def cell(column: Column, raw: str) -> Any:
    """One value of a table. Raises Invalid."""
    text = " ".join(raw.split()) if column.kind != "text" else raw.strip()
    if not text:
        return None
    if len(text) > MOST_CELL:
        raise Invalid(**{column.key: f"At most {MOST_CELL} characters."})
    match column.kind:
        case "number":
            return number(column.key, text)
        case "date":
            return _day(column.key, text)
        case "choice":
            known = {value.casefold(): value for value in column.options}
            if text.casefold() not in known:
                raise Invalid(**{column.key: f"Choose one of {', '.join(column.options)}."})
            return known[text.casefold()]
        case "tags":
            tags = [t.strip().lower() for t in text.split(",") if t.strip()]
            return list(dict.fromkeys(tags))[:12]
    return text


def number(key: str, text: str) -> float:
    """A number with either separator."""
    plain = text.replace("\u00a0", "").replace(" ", "")
    if "," in plain and "." not in plain and len(plain.rpartition(",")[2]) != 3:
        plain = plain.replace(",", ".")
    try:
        found = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        raise Invalid(**{key: f"{text} is not a number."}) from None
    if not found.is_finite() or not Decimal("-1e15") < found < Decimal("1e15"):
        raise Invalid(**{key: f"{text} is out of range."})
    return float(found)


def _day(key: str, text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(**{key: f"{text} is not a date. Write it as 2026-11-19."}) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Invalid(**{key: "Choose a day between 1900 and 2199."})
    return day.isoformat()


def row(place: Place, values: Mapping[str, str]) -> dict[str, Any]:
    """A new row of a table, with an id of its own. Raises Invalid where all of it is empty."""
    found = {c.key: cell(c, values.get(c.key, "")) for c in place.columns}
    if all(v is None for v in found.values()):
        first = place.columns[0]
        raise Invalid(**{first.key: f"Write {first.label.lower()}."})
    return {"id": secrets.token_hex(4), **found}


def standing(
    *, archived: bool, draft: bool, review_on: date | None, stale: bool, today: date
) -> str:
    """draft, current, soon (due within a week), due, stale or archived."""
    if archived:
        return "archived"
    if stale:
        return "stale"
    if review_on and review_on <= today:
        return "due"
    if draft:
        return "draft"
    return "soon" if review_on and review_on <= today + SOON else "current"


WEEK = 7
ESCALATE_DAYS = 14


def reminder(review_on: date, reminded_on: date | None, on: date) -> str:
    """soon (within a week), due (the day), late (weekly after) or nothing, by when the owner heard last."""
    left = (review_on - on).days
    if left > WEEK or reminded_on == on:
        return ""
    if left > 0:
        begin = review_on - SOON
        return "soon" if reminded_on is None or reminded_on < begin else ""
    if left == 0 or reminded_on is None or reminded_on < review_on:
        return "due" if left == 0 else "late"
    return "late" if (on - reminded_on).days >= WEEK else ""
