"""WordPiece as BERT uncased uses it (Wu et al. 2016, arXiv 1609.08144; Devlin et al. 2018): text to vocabulary ids."""

import unicodedata
from collections.abc import Iterator, Mapping

LONGEST = 100  # letters of a word; longer ones are unknown


def _basic(text: str) -> Iterator[str]:
    """Lower-cased words without accents; punctuation and CJK signs by themselves."""
    plain = "".join(
        c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn"
    )
    word = ""
    for c in plain:
        kind = unicodedata.category(c)
        alone = kind.startswith(("P", "S")) or 0x4E00 <= ord(c) <= 0x9FFF
        if alone or c.isspace() or kind.startswith("C"):
            if word:
                yield word
            word = ""
            if alone:
                yield c
        else:
            word += c
    if word:
        yield word


def _pieces(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    """The longest known pieces from the left; the unknown mark where a rest is not known."""
    unknown = [vocabulary["[UNK]"]]
    if len(word) > LONGEST:
        return unknown
    out, start = [], 0
    while start < len(word):
        end = len(word)
        while end > start:
            piece = word[start:end] if start == 0 else f"##{word[start:end]}"
            if piece in vocabulary:
                out.append(vocabulary[piece])
                break
            end -= 1
        if end == start:
            return unknown
        start = end
    return out


def ids(text: str, vocabulary: Mapping[str, int], most: int = 160) -> list[int]:
    """Ids of a text between its start and end marks, at most `most` in all."""
    found: list[int] = []
    for word in _basic(text):
        found += _pieces(word, vocabulary)
        if len(found) >= most - 2:
            break
    return [vocabulary["[CLS]"], *found[: most - 2], vocabulary["[SEP]"]]
