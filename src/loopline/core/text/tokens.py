"""Splitting text into words, the same way everywhere likeness or themes are judged."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"\w+", re.UNICODE)
_STOP_WORDS = (
    "a an and are as at be been but by can could did do does for from had has have he her "
    "him his how i if in into is it its just me my no not of on or our out she so some "
    "than that the their them then there they this to too up us was we were what when "
    "where which who will with would you your am also any because more most very really "
    "get got one only all over after before about again "
)
STOP = frozenset(_STOP_WORDS.split())


def fold(text: str) -> str:
    """Lower case without accents, so that Café meets cafe."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


@lru_cache(maxsize=20_000)
def _folded(word: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(word)))


def tokens(text: str) -> list[str]:
    """Words in order, folded."""
    if text.isascii():
        return _WORD.findall(text.lower())
    found: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFC", text)):
        if word.isascii():
            found.append(word.lower())
        else:
            found.extend(_folded(word))
    return found


def terms(text: str) -> list[str]:
    """Words that carry meaning: no stop words, two characters and more."""
    return [t for t in tokens(text) if len(t) > 1 and t not in STOP]


def normal(text: str) -> str:
    """The text's words with single spaces; equal for texts that differ in case, accents or marks only."""
    return " ".join(tokens(text))
