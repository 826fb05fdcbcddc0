"""The rules names are held to, and what each breach reads like."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from loopline.core.naming.words import Style, fits, joined, likeness, verb_last, words

RESERVED = "$"  # names that begin with it are the SDKs' own
LONGEST = 60
EXAMPLES = {
    Style.LOWER: "report exported", Style.SNAKE: "report_exported", Style.TITLE: "Report Exported",
    Style.CAMEL: "reportExported", Style.NONE: "anything",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Convention:
    """What names look like here: style, characters that may not be in them, and the most letters."""

    style: Style = Style.LOWER
    forbidden: str = ""
    longest: int = LONGEST
    verbs_last: bool = True  # for events: object first, then what happened to it


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a name breaks: which, in words, and the name that would not (empty where nobody can say)."""

    rule: str
    says: str
    suggests: str = ""


def check(name: str, convention: Convention) -> list[Breach]:
    """What is wrong with one name by itself; nothing with the SDKs' own."""
    if name.startswith(RESERVED):
        return []
    better, out = suggested(name, convention), []
    if name != name.strip() or "  " in name:
        out.append(Breach("spaces", "It has spaces too many.", better))
    bad = sorted({c for c in name if c in convention.forbidden})
    if bad:
        out.append(Breach("characters", f"It contains {' '.join(bad)}.", better))
    if not fits(name, convention.style):
        out.append(Breach("style", f"It is not written like {EXAMPLES[convention.style]}.", better))
    elif convention.verbs_last and convention.style is not Style.NONE and verb_last(words(name)):
        out.append(Breach("order", "The object comes first, then what happened to it.", better))
    if len(name) > convention.longest:
        says = f"It has {len(name)} characters; at most {convention.longest} are wanted."
        out.append(Breach("length", says))
    return out


def suggested(name: str, convention: Convention) -> str:
    """The name as the convention would have it; empty where that is the name itself, or nothing is left."""
    parts = words(name)
    if convention.verbs_last and convention.style is not Style.NONE:
        parts = verb_last(parts) or parts
    if convention.style is Style.NONE:
        kept = "".join(c for c in name if c not in convention.forbidden)
        made = " ".join(kept.split())
    else:
        made = joined(parts, convention.style)
    return made if made != name and fits(made, convention.style) else ""


def near(names: Mapping[str, int]) -> dict[str, Breach]:
    """Names that differ only in how they are written; each but the commonest with a name to use instead.

    `names` says how often each was sent.
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        if not name.startswith(RESERVED) and likeness(name):
            groups.setdefault(likeness(name), []).append(name)
    found = {}
    for group in groups.values():
        first, *others = sorted(group, key=lambda n: (-names[n], n))
        for name in others:
            found[name] = Breach("near", f"It reads like {first}, which is sent more often.", first)
    return found


def counted(breaches: Iterable[Iterable[Breach]]) -> dict[str, int]:
    """How many names break each rule."""
    out: dict[str, int] = {}
    for found in breaches:
        for rule in {breach.rule for breach in found}:
            out[rule] = out.get(rule, 0) + 1
    return out
