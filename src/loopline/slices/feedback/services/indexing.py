"""What search knows of feedback."""

from collections.abc import Iterable

from loopline.platform.search import index
from loopline.slices.feedback.models import Feedback


def entry(f: Feedback, tags: Iterable[str], account: str) -> index.Entry:
    return index.Entry(
        "feedback", f.pk, f.title, f.received_at, f"FB-{f.pk}", f"{f.verbatim} {account}",
        " ".join(tags), f.state in ("archived", "merged"),
    )  # fmt: skip


def reindex(ids: Iterable[int]) -> None:
    """Write the search rows of these items anew."""
    found = (
        Feedback.objects.filter(pk__in=list(ids)).select_related("account").prefetch_related("tags")
    )
    index.put(
        [
            entry(f, (t.name for t in f.tags.all()), f.account.name if f.account else "")
            for f in found
        ]
    )
