"""Values as the interface prints them: numbers with their unit, short dates, "–" for nothing."""

import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Protocol, runtime_checkable

NONE = "–"
TIE = "\u00a0"
MINUS = "−"
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$"}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_UNITS = re.compile(r"(?<=\d) (?=(?:%|d|h|min|ms|s|pp)(?![\w=]))")

type Number = int | float | Decimal


@runtime_checkable
class Amount(Protocol):
    """Anything that carries an amount with its currency."""

    @property
    def amount(self) -> Number | None: ...
    @property
    def currency(self) -> str: ...


def _signed(value: Number, text: str) -> str:
    return MINUS + text if value < 0 else text


def _short(value: Decimal, places: int) -> str:
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scaled(size: Decimal) -> str:
    if size < 1000:
        return _short(size, 0 if size == size.to_integral_value() or size >= 100 else 2)
    if size < 9_950:
        return _short(size / 1000, 1) + "k"
    if size < 999_500:
        return _short(size / 1000, 0) + "k"
    for step, letter in ((Decimal(10**6), "M"), (Decimal(10**9), "B")):
        shown = size / step
        if shown < 999.5 or letter == "B":
            return _short(shown, 2 if shown < 9.995 else 1 if shown < 99.95 else 0) + letter
    return NONE


def money(value: Number | Amount | None, currency: str = "EUR") -> str:
    """€184k, €1.81M; takes a number with its currency, or anything that carries both."""
    amount = value.amount if isinstance(value, Amount) else value
    code = value.currency if isinstance(value, Amount) else currency
    if amount is None:
        return NONE
    exact = Decimal(str(amount))
    if not exact.is_finite():
        return NONE
    symbol = _SYMBOLS.get(code.upper(), code.upper() + TIE)
    return _signed(exact, symbol + _scaled(abs(exact)))


def num(value: Number | None, places: int | None = None) -> str:
    """1,140; at most two decimals unless `places` says how many."""
    if value is None:
        return NONE
    exact = Decimal(str(value))
    if not exact.is_finite():
        return NONE
    size = abs(exact)
    text = f"{size:,.{places}f}" if places is not None else _short(size, 2)
    return _signed(exact, text)


def pct(share: Number | None, places: int = 0) -> str:
    """A share of 0 to 1 as a percentage: 31 %. What is not nothing never reads as 0 %."""
    if share is None or share != share:
        return NONE
    percent = float(share) * 100
    least = 10**-places
    if 0 < percent < least / 2:
        return f"<{TIE}{least:g}{TIE}%"
    return f"{_signed(round(percent, places), f'{abs(percent):.{places}f}')}{TIE}%"


def dur(seconds: Number | None) -> str:
    """How long something took: 38 d, 1.6 d, 2 h, 40 min, 12 s."""
    if seconds is None or seconds != seconds:
        return NONE
    size = abs(float(seconds))
    for step, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if size >= step * (1 if unit != "d" else 0.999):
            shown = size / step
            text = f"{shown:.1f}".removesuffix(".0") if shown < 9.95 else f"{shown:,.0f}"
            return _signed(float(seconds), f"{text}{TIE}{unit}")
    return _signed(float(seconds), f"{size:.0f}{TIE}s")


def local(value: date | datetime, zone: tzinfo = UTC) -> date | datetime:
    """A moment in the workspace's zone; a plain date stays as it is."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)
    return value


def day(value: date | datetime | None, *, now: datetime, zone: tzinfo = UTC) -> str:
    """19 Nov, with the year only if it is another."""
    if value is None:
        return NONE
    here = local(value, zone)
    text = f"{here.day}{TIE}{_MONTHS[here.month - 1]}"
    return text if here.year == now.astimezone(zone).year else f"{text}{TIE}{here.year}"


def clock(value: datetime | None, *, zone: tzinfo = UTC) -> str:
    """09:12"""
    return local(value, zone).strftime("%H:%M") if value else NONE


def stamp(value: datetime | None, *, now: datetime, zone: tzinfo = UTC) -> str:
    """19 Nov 09:40"""
    return f"{day(value, now=now, zone=zone)} {clock(value, zone=zone)}" if value else NONE


def when(value: date | datetime | None, *, now: datetime, zone: tzinfo = UTC) -> str:
    """As somebody would say it: 09:12 today, yesterday, Wed, then 19 Nov."""
    if value is None:
        return NONE
    here = local(value, zone)
    at = here.date() if isinstance(here, datetime) else here
    gap = (at - now.astimezone(zone).date()).days
    if gap == 0:
        return here.strftime("%H:%M") if isinstance(here, datetime) else "today"
    if gap in (-1, 1):
        return "yesterday" if gap == -1 else "tomorrow"
    if -6 <= gap <= 6:
        return _DAYS[at.weekday()]
    return day(value, now=now, zone=zone)


def ago(value: date | datetime | None, *, now: datetime, zone: tzinfo = UTC) -> str:
    """How old something is in one unit: now, 12 min, 1 h, 2 d."""
    if value is None:
        return NONE
    if not isinstance(value, datetime):
        days = (now.astimezone(zone).date() - value).days
        return "today" if days == 0 else _signed(days, f"{abs(days)}{TIE}d")
    seconds = (now - (value if value.tzinfo else value.replace(tzinfo=UTC))).total_seconds()
    if 0 <= seconds < 60:
        return "now"
    for step, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if abs(seconds) >= step:
            return _signed(seconds, f"{int(abs(seconds) // step)}{TIE}{unit}")
    return "now"


def tie(text: str) -> str:
    """A number never parts from its unit at the end of a line."""
    return _UNITS.sub(TIE, text)


def initials(name: str) -> str:
    """At most two letters for a round mark."""
    words = [w for w in name.replace("@", " ").replace(".", " ").split() if w[0].isalnum()]
    return "".join(w[0] for w in words[:2]).upper() or NONE


def plural(count: int, one: str, many: str = "") -> str:
    """1 item, 14 items."""
    return f"{num(count)}{TIE}{one if count == 1 else many or one + 's'}"


def written(value: float | None, unit: str) -> str:
    """A value as people say it: 31 %, 2.4 h, 1,200."""
    if value is None:
        return "no value yet"
    places = 1 if unit.startswith("%") or abs(value) >= 10 else 2
    text = f"{value:,.{places}f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:,.0f}"
    text = "0" if text == "-0" else text.replace("-", "−")
    return f"{text} {unit}".strip()
