"""How much one address, and everybody together, may send to the open doors. Raises TooMany."""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest

from loopline.core.problems import TooLarge, TooMany
from loopline.platform.ui.pages import now_in

BODY = 64 * 1024  # bytes of one answer, by form or JSON
PER_ADDRESS = 60  # answers a minute of one address: an office behind one door answers in bursts
PER_SURVEY = 1200  # answers a minute of one survey
MINUTE = 60


def _spend(bucket: str, name: str, most: int, slot: int) -> None:
    key = hashlib.sha256(f"{bucket}:{name}:{slot}".encode()).hexdigest()[:40]
    if cache.add(f"survey:{key}", 1, timeout=2 * MINUTE):
        return
    try:
        spent = cache.incr(f"survey:{key}")
    except ValueError:  # it ran out between the two
        return
    if spent > most:
        raise TooMany("That is more than is taken here at once. Wait a minute.", retry_after=MINUTE)


def spend(request: HttpRequest, survey_id: int) -> None:
    """Count one answer. Raises TooMany beyond a minute's share, TooLarge for a body over 64 KB."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or len(length) > 12 or int(length) > BODY:
        raise TooLarge("An answer holds at most 64 KB.")
    slot = int(now_in(request).timestamp() // MINUTE)
    address = request.META.get("REMOTE_ADDR", "")
    _spend("address", f"{survey_id} {address}", PER_ADDRESS, slot)
    _spend("survey", str(survey_id), PER_SURVEY, slot)
