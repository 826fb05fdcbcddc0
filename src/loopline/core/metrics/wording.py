"""What changed between two wordings, word by word."""

from difflib import SequenceMatcher


def changes(old: str, new: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Both texts as runs of (same | del, words) and (same | ins, words); joined by spaces they are the texts."""
    a, b = old.split(), new.split()
    before: list[tuple[str, str]] = []
    after: list[tuple[str, str]] = []
    for kind, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if a1 > a0:
            before.append(("same" if kind == "equal" else "del", " ".join(a[a0:a1])))
        if b1 > b0:
            after.append(("same" if kind == "equal" else "ins", " ".join(b[b0:b1])))
    return before, after
