"""What pages of goals read from addresses and forms."""

from django.http import HttpRequest

from loopline.core.problems import Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import today
from loopline.platform.ui.pages import now_in, signed_in
from loopline.platform.ui.rows import number
from loopline.slices.goals.rules import checked_period, label, period_of, shifted


def posted(request: HttpRequest, action: str) -> Actor:
    """Whoever sends a form, allowed to. Raises Missing for a page that is asked for instead."""
    actor = signed_in(request, action)
    if request.method != "POST":
        raise Missing("page")
    return actor


def period_in(request: HttpRequest) -> str:
    """The quarter an address or a form names; else the present one. Raises Invalid."""
    raw = request.POST.get("period") or request.GET.get("period", "")
    return checked_period(raw) if raw else period_of(today(now_in(request)))


def key_in(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def number_in(field: str, text: str) -> float | None:
    """As people write it; nothing is None. Raises Invalid."""
    found = number(field, text)
    return None if found is None else float(found)


def switcher(period: str, path: str) -> list[tuple[str, str, bool]]:
    """The quarter before, this one and the next, as links."""
    around = [shifted(period, -1), period, shifted(period, 1)]
    return [(label(p), f"{path}?period={p}", p == period) for p in around]
