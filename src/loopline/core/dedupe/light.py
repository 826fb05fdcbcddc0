"""Tier 1: a few candidates ranked by the cosine of character n-grams, without numpy.

The candidates come from full-text search; idf is taken over them, which is enough to tell common
from telling n-grams. Measured in benchmarks/duplicates.py.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from math import log, sqrt

from loopline.core.text.tokens import tokens

TEXT = 400  # characters of the body that count, beside the title


def text_of(title: str, body: str) -> str:
    """What is compared: the title and the first 400 characters of the body."""
    return f"{title} {body[:TEXT]}"


@lru_cache(maxsize=30_000)
def _pieces(word: str) -> tuple[str, ...]:
    whole, padded = f"={word}", f" {word} "
    if len(padded) == 3:
        return (whole, whole, padded)
    lengths = [n for n in (3, 4, 5) if n < len(padded)]
    found = [padded[i : i + n] for n in lengths for i in range(len(padded) - n + 1)]
    return (whole, whole, *found, *([padded] if len(padded) <= 5 else []))


def grams(text: str) -> Counter[str]:
    """Counts of words (twice), and of 3- to 5-character grams within padded words (scikit-learn's char_wb)."""
    return Counter(chain.from_iterable(_pieces(word) for word in tokens(text)))


def similarities(text: str, others: Sequence[str]) -> list[float]:
    """Cosine 0..1 of each other text with the first, TF-IDF weighted over all of them."""
    bags = [grams(text), *(grams(o) for o in others)]
    seen = Counter(chain.from_iterable(bags))
    scale = [log((1 + len(bags)) / (1 + n)) + 1 for n in range(len(bags) + 1)]
    idf = {g: scale[n] for g, n in seen.items()}
    first = {g: (1 + log(n)) * idf[g] for g, n in bags[0].items()}
    own = sqrt(sum(w * w for w in first.values())) or 1.0
    return [_cosine(first, own, bag, idf) for bag in bags[1:]]


def _cosine(first: dict[str, float], own: float, bag: Counter[str], idf: dict[str, float]) -> float:
    weights = {g: (1 + log(n) if n > 1 else 1.0) * idf[g] for g, n in bag.items()}
    norm = sqrt(sum([w * w for w in weights.values()])) or 1.0
    dot = sum([first[g] * weights[g] for g in first.keys() & weights.keys()])
    return min(dot / (own * norm), 1.0)
