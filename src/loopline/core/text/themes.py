"""Themes suggested for a text from how earlier texts were tagged. Plain naive Bayes with smoothing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import exp, log

from loopline.core.text.tokens import terms

LEAST = 3  # texts under a tag before it is suggested


@dataclass
class Themes:
    """Counts learned so far: texts and term occurrences per tag, and over all texts."""

    texts: int = 0
    per_tag: Counter[str] = field(default_factory=Counter)
    words: dict[str, Counter[str]] = field(default_factory=dict)
    everywhere: Counter[str] = field(default_factory=Counter)

    def learn(self, text: str, tags: Iterable[str]) -> None:
        """Add one text with its tags; each word counts once a text."""
        self.texts += 1
        found = set(terms(text))
        self.everywhere.update(found)
        for tag in set(tags):
            self.per_tag[tag] += 1
            self.words.setdefault(tag, Counter()).update(found)

    def suggest(self, text: str, most: int = 3, least: float = 0.5) -> list[tuple[str, float]]:
        """Tags with the probability that the text belongs to each, best first, above `least`."""
        found = set(terms(text))
        scored = []
        for tag, n in self.per_tag.items():
            if n >= LEAST and not found.isdisjoint(self.words[tag]):
                scored.append((tag, self._probability(found, tag, n)))
        ranked = sorted(scored, key=lambda x: (-x[1], x[0]))
        return [(t, p) for t, p in ranked[:most] if p >= least]

    def _probability(self, found: set[str], tag: str, n: int) -> float:
        """P(tag | words) by Bayes' rule with add-half smoothing, words taken as independent."""
        rest = self.texts - n
        odds = log((n + 0.5) / (rest + 0.5))
        here: Mapping[str, int] = self.words[tag]
        for word in found:
            inside = (here.get(word, 0) + 0.5) / (n + 1)
            outside = (self.everywhere.get(word, 0) - here.get(word, 0) + 0.5) / (rest + 1)
            if self.everywhere.get(word, 0):
                odds += log(inside / outside)
        return 1 / (1 + exp(-max(min(odds, 40), -40)))
