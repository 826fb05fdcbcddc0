"""Tier 1: a few candidates ranked by the cosine of character n-grams, without numpy.

The candidates come from full-text search; idf is taken over them, which is enough to tell common
from telling n-grams. Measured in benchmarks/duplicates.py.
"""

from collections import Counter
from collections.abc import Sequence
from math import log, sqrt

from loopline.core.text.tokens import tokens

TEXT = 400  # characters of the body that count, beside the title


def text_of(title: str, body: str) -> str:
    """What is compared: the title and the first 400 characters of the body."""
    return f"{title} {body[:TEXT]}"


def grams(text: str) -> Counter[str]:
    """Counts of words, and of 3- to 5-character grams within padded words (scikit-learn's char_wb)."""
    found: Counter[str] = Counter()
    for word in tokens(text):
        found[f"={word}"] += 2
        padded = f" {word} "
        for n in (3, 4, 5):
            if len(padded) <= n:
                found[padded] += 1
                break
            found.update(padded[i : i + n] for i in range(len(padded) - n + 1))
    return found


def similarities(text: str, others: Sequence[str]) -> list[float]:
    """Cosine 0..1 of each other text with the first, TF-IDF weighted over all of them."""
    bags = [grams(text), *(grams(o) for o in others)]
    seen: Counter[str] = Counter()
    for bag in bags:
        seen.update(bag.keys())
    idf = {g: log((1 + len(bags)) / (1 + n)) + 1 for g, n in seen.items()}
    weighted = [{g: (1 + log(n)) * idf[g] for g, n in bag.items()} for bag in bags]
    norms = [sqrt(sum(w * w for w in bag.values())) or 1.0 for bag in weighted]
    first = weighted[0]
    return [
        min(sum(w * first.get(g, 0.0) for g, w in bag.items()) / (norms[0] * norm), 1.0)
        for bag, norm in zip(weighted[1:], norms[1:], strict=True)
    ]
