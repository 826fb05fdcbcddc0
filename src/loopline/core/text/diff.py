"""Two texts line by line, and within a changed line word by word, to be read by a person."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_LINES = 5_000  # beyond, a comparison takes longer than anybody waits
MOST_PAIRS = 300_000  # of alike lines, or words, that are held against each other; beyond, it would take minutes
ALIKE = 0.35  # lines less alike than this are shown whole, without their words compared
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Line:
    """`kind` is same, gone, new or skip; `bits` are (text, whether it is what changed)."""

    kind: str
    bits: tuple[tuple[str, bool], ...]


def compared(before: str, after: str, around: int = 2) -> list[Line]:
    """What left and what came, with a few lines around; nothing where both are the same."""
    old, new = before.splitlines()[:MOST_LINES], after.splitlines()[:MOST_LINES]
    out: list[Line] = []
    # what stands very often, such as empty lines, is not matched where there is too much of it
    common = _pairs(old, new) > MOST_PAIRS
    groups = SequenceMatcher(None, old, new, autojunk=common).get_grouped_opcodes(around)
    last, left = 0, [MOST_PAIRS]
    for group in groups:
        if group[0][1] > last:
            out.append(_skip(group[0][1] - last))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                out += [Line("same", ((text, False),)) for text in old[i1:i2]]
            else:
                out += _changed(old[i1:i2], new[j1:j2], left)
        last = group[-1][2]
    if out and last < len(old):
        out.append(_skip(len(old) - last))
    return out


def _skip(count: int) -> Line:
    return Line("skip", ((f"{count} line{'s' if count != 1 else ''} as before", False),))


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    """How often something of the one is the same as something of the other."""
    counts = Counter(new)
    return sum(n * counts[each] for each, n in Counter(old).items())


def _changed(old: Sequence[str], new: Sequence[str], budget: list[int]) -> Iterator[Line]:
    """Lines that took each other's place side by side, then the rest; whole where the words would be too many."""
    both = min(len(old), len(new))
    for a, b in zip(old, new, strict=False):
        left, right = _WORD.findall(a), _WORD.findall(b)
        match = SequenceMatcher(None, left, right, autojunk=False)
        budget[0] -= _pairs(left, right)
        if budget[0] < 0 or match.ratio() < ALIKE:
            yield Line("gone", ((a, False),))
            yield Line("new", ((b, False),))
            continue
        codes = match.get_opcodes()
        yield Line(
            "gone", tuple(("".join(left[i:k]), t != "equal") for t, i, k, _, _ in codes if i < k)
        )
        yield Line(
            "new", tuple(("".join(right[i:k]), t != "equal") for t, _, _, i, k in codes if i < k)
        )
    yield from (Line("gone", ((text, False),)) for text in old[both:])
    yield from (Line("new", ((text, False),)) for text in new[both:])
