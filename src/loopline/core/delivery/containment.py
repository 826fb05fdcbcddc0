"""Which release is the first to contain a commit: the ancestors of its tag that no earlier tag has."""

from collections.abc import Mapping, Sequence


def first_release(
    parents: Mapping[str, Sequence[str]], tags: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """Commit sha -> the release that first contains it.

    `parents` maps each known commit to its parents; `tags` are (release, commit) in order of time. A
    commit that is not reachable from any tag is left out; a parent that is not known ends the walk.
    """
    found: dict[str, str] = {}
    for release, tip in tags:
        edge = [tip]
        while edge:
            sha = edge.pop()
            if sha in found or sha not in parents:
                continue
            found[sha] = release
            edge.extend(parents[sha])
    return found
