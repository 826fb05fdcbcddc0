"""Why two texts are offered as the same, in words that a person can check."""

from collections.abc import Callable
from itertools import pairwise

from loopline.core.text.tokens import normal, terms


def shared_terms(
    a: str, b: str, most: int = 4, rare: Callable[[str], float] | None = None
) -> list[str]:
    """Terms really present in both texts: neighbouring pairs first, then single words, longest first."""
    first, second = terms(a), terms(b)
    whole_a, whole_b = normal(a), normal(b)
    both = set(first) & set(second)
    pairs = [
        f"{x} {y}"
        for x, y in pairwise(first)
        if x in both and y in both and f"{x} {y}" in whole_b and f"{x} {y}" in whole_a
    ]
    in_pairs = {w for p in pairs for w in p.split()}
    weight = rare or (lambda w: float(len(w)))
    singles = sorted(
        (w for w in both if w not in in_pairs and len(w) > 2), key=lambda w: (-weight(w), w)
    )
    return list(dict.fromkeys([*pairs, *singles]))[:most]


def reasons(
    a: str,
    b: str,
    *,
    same_account: bool = False,
    same_person: bool = False,
    semantic: float | None = None,
) -> list[str]:
    """Short reasons, never none."""
    found = ["same words"] if normal(a) == normal(b) else []
    if semantic is not None and semantic >= 0.6 and not found:
        found.append("same meaning")
    if same_person:
        found.append("same person")
    elif same_account:
        found.append("same account")
    words = shared_terms(a, b)
    if words:
        found.append(", ".join(f"“{w}”" for w in words[:3]))
    return found or (["same meaning"] if semantic else ["similar spelling"])
