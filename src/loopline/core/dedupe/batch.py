"""Tier 1 for many texts at once: the nearest other text of each, by words, as sparse products.

TF-IDF cosine over words. Candidates share three words that few texts hold; the norms are those of all words, so a
few rare words in two long texts do not make them alike. scipy loads on the first call only.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log, sqrt
from typing import Any

from loopline.core.text.tokens import terms

CHUNK = 500
MOST_HELD = 400  # texts; a word held by more tells little and costs the square of it
LEAST_CAP = 40
SHARED = 3  # telling words two texts must share; one rare word in two short ones means little


def _matrix(texts: Sequence[str]) -> Any:
    """Rows of unit length over all words, cut to the words that tell."""
    import numpy as np
    from scipy.sparse import csr_matrix

    bags = [Counter(terms(t)) for t in texts]
    held = Counter(word for bag in bags for word in bag)
    cap = max(LEAST_CAP, min(MOST_HELD, len(texts) // 50))
    place = {w: i for i, w in enumerate(w for w, n in held.items() if 2 <= n <= cap)}
    idf = {w: log((1 + len(bags)) / (1 + n)) + 1 for w, n in held.items()}
    starts, columns, values = [0], [], []
    for bag in bags:
        weights = {w: (1 + log(n)) * idf[w] for w, n in bag.items()}
        norm = sqrt(sum(x * x for x in weights.values())) or 1.0
        for word, weight in weights.items():
            if word in place:
                columns.append(place[word])
                values.append(weight / norm)
        starts.append(len(columns))
    return csr_matrix(
        (np.array(values, dtype=np.float32), np.array(columns, dtype=np.int32), np.array(starts)),
        shape=(len(bags), max(len(place), 1)),
    )


def nearest(
    texts: Sequence[str], asked: Sequence[int]
) -> Iterator[list[tuple[int, int | None, float]]]:
    """For each asked place in `texts`: (place, place of the most alike other text or None, cosine 0..1).

    Yields 500 at a time, so that the caller can store and show how far it is.
    """
    import numpy as np

    matrix = _matrix(texts)
    flipped = matrix.T.tocsr()
    ones, ones_flipped = matrix.sign(), flipped.sign()
    for start in range(0, len(asked), CHUNK):
        places = list(asked[start : start + CHUNK])
        scores, shared = matrix[places] @ flipped, ones[places] @ ones_flipped
        scores.sort_indices()
        shared.sort_indices()
        found: list[tuple[int, int | None, float]] = []
        for n, place in enumerate(places):
            row = slice(scores.indptr[n], scores.indptr[n + 1])
            columns, values = scores.indices[row], scores.data[row]
            others = (columns != place) & (shared.data[row] >= SHARED)
            columns, values = columns[others], values[others]
            if not len(columns):
                found.append((place, None, 0.0))
                continue
            top = values.max()
            best = int(columns[np.isclose(values, top)].min())
            found.append((place, best, min(float(top), 1.0)))
        yield found
