"""Permissions, words, and the days: what people write for a due date, and when they are reminded of it."""

import calendar
import re
from datetime import date, timedelta

from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Role

PERMISSIONS = {"action.read": Role.VIEWER, "action.change": Role.MEMBER}
TYPES = (
    ("follow_up", "Follow up"),
    ("prevent", "Prevent"),
    ("mitigate", "Mitigate"),
    ("detect", "Detect"),
    ("process", "Process"),
)
STATES = (
    ("open", "Open"),
    ("in_progress", "In progress"),
    ("done", "Done"),
    ("wont_do", "Won’t do"),
)
OPEN = ("open", "in_progress")
MOVES = (  # what the list offers when several are moved at once
    ("tomorrow", "Tomorrow"),
    ("friday", "Friday"),
    ("next week", "Monday"),
    ("in 1 week", "In a week"),
    ("in 2 weeks", "In 2 weeks"),
    ("in 1 month", "In a month"),
)
WEEK = 7
FRIDAY = 4
LONGEST = 400  # characters
FARTHEST = 366 * 5  # days
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = tuple(calendar.month_name)[1:]
_SPAN = re.compile(r"(?:in )?(an?|one|two|three|\d{1,3}) ?(d|days?|w|weeks?|m|months?)")
_NUMERIC = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?")
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}


def checked_text(text: str) -> str:
    """What is to be done, in one line. Raises Invalid."""
    clean = " ".join((text or "").split())
    if not clean or len(clean) > LONGEST:
        raise Invalid(text=f"Say what is to be done, in 1 to {LONGEST} characters.")
    return clean


def checked_reason(reason: str) -> str:
    """Why something will not be done. Raises Invalid where nobody says."""
    clean = (reason or "").strip()
    if not clean:
        raise Invalid(reason="Say why it will not be done, for whoever asked for it.")
    return clean[:1000]


def _weekday(name: str) -> int | None:
    found = [i for i, d in enumerate(_DAYS) if len(name) > 2 and d.startswith(name)]
    return found[0] if len(found) == 1 else None


def _month(name: str) -> int | None:
    found = [i for i, m in enumerate(_MONTHS, 1) if len(name) > 2 and m.lower().startswith(name)]
    return found[0] if len(found) == 1 else None


def months_on(day: date, months: int) -> date:
    """The same day some months later, or the last of that month where it is shorter."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _coming(day: int, month: int, year: int | None, on: date) -> date | None:
    """A day of a month: this year's, or the next year's where this year's is over."""
    try:
        found = date(on.year if year is None else year, month, day)
        return found if year is not None or found >= on else date(on.year + 1, month, day)
    except ValueError:
        return None


def _named(text: str, on: date) -> date | None:
    """today, tomorrow, friday, next friday, next week, next month, end of week, end of month."""
    monday = on - timedelta(days=on.weekday())
    last = calendar.monthrange(on.year, on.month)[1]
    known = {
        "today": on,
        "tomorrow": on + timedelta(days=1),
        "next week": monday + timedelta(days=WEEK),
        "next month": months_on(on.replace(day=1), 1),
        "end of week": monday + timedelta(days=FRIDAY + (WEEK if on.weekday() > FRIDAY else 0)),
        "end of month": on.replace(day=last),
    }
    if text in known:
        return known[text]
    following = text.startswith("next ")
    day = _weekday(text.removeprefix("next "))
    if day is None:
        return None
    if following:
        return monday + timedelta(days=WEEK + day)
    return on + timedelta(days=(day - on.weekday() - 1) % WEEK + 1)


def _spanned(text: str, on: date) -> date | None:
    """in 3 days, in a week, 2w, 1 month."""
    found = _SPAN.fullmatch(text)
    if not found:
        return None
    count = _WORDS.get(found[1]) or int(found[1])
    if found[2].startswith("m"):
        return months_on(on, count)
    return on + timedelta(days=count * (WEEK if found[2].startswith("w") else 1))


def _dated(text: str, on: date) -> date | None:
    """2026-11-19, 19.11., 19.11.2026, 19 nov, nov 19, 19 november 2027."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    if found := _NUMERIC.fullmatch(text):
        return _coming(int(found[1]), int(found[2]), int(found[3]) if found[3] else None, on)
    parts = text.replace(",", " ").split()
    if not 2 <= len(parts) <= 3:
        return None
    first, second, *rest = parts
    number, name = (first, second) if first[:1].isdigit() else (second, first)
    number = re.sub(r"(?<=\d)(st|nd|rd|th)$", "", number)
    month = _month(name)
    if month is None or not number.isdecimal() or not all(r.isdecimal() for r in rest):
        return None
    return _coming(int(number), month, int(rest[0]) if rest else None, on)


def due_from(text: str, on: date) -> date | None:
    """The day somebody means by "friday", "in 2 weeks", "19 nov" or 2026-11-19, asked on a day; empty is None.

    A weekday is the coming one, never the day itself; "next friday" is that of the next week. Raises Invalid.
    """
    clean = " ".join((text or "").lower().replace("the ", "").split())
    for filler in ("by ", "on ", "until "):
        clean = clean.removeprefix(filler)
    if not clean:
        return None
    found = _named(clean, on) or _spanned(clean, on) or _dated(clean, on)
    if found is None:
        raise Invalid(
            due=f"“{text.strip()[:40]}” is not a day. Write friday, in 2 weeks, 19 nov or 2026-11-19."
        )
    return found


def checked_due(due: date | None, on: date) -> date:
    """A day to come, today included. Raises Invalid."""
    if due is None:
        raise Invalid(due="Say by when. Without a day it would not be done.")
    if due < on:
        raise Invalid(due="That day is over. Choose today or a day to come.")
    if (due - on).days > FARTHEST:
        raise Invalid(due="That is more than five years away. Choose a nearer day.")
    return due


def working_day_before(day: date) -> date:
    """The last Monday to Friday before a day."""
    return day - timedelta(days={0: 3, 6: 2}.get(day.weekday(), 1))


def reminder(due: date, last: date | None, on: date) -> str:
    """Why the owner hears of it today: soon, due, late, or empty. `last` is the day they last heard.

    Once on the working day before, once on the day, then once a week; what was missed while nothing ran is made up.
    """
    if last == on:
        return ""
    if on == due:
        return "due"
    if on < due:
        before = working_day_before(due)
        return "soon" if on >= before and (last is None or last < before) else ""
    told = last is not None and last >= due
    return "late" if not told or (on - (last or due)).days >= WEEK else ""
