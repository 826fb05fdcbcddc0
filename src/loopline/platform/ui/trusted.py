"""The one place where a string we built or sanitised ourselves is declared to be HTML."""

from collections.abc import Iterable

from markupsafe import Markup


def html(parts: str | Iterable[str]) -> Markup:
    """Only for markup made in this package, with every outside value escaped or sanitised."""
    return Markup(parts if isinstance(parts, str) else "".join(parts))  # noqa: S704
