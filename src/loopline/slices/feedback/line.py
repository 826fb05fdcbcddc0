"""What feedback knows of the line: an item is heard when it came in, and so is what was merged below it."""

from collections.abc import Mapping, Sequence

from loopline.platform.thread import registry
from loopline.platform.thread.marks import HEARD, Mark
from loopline.slices.feedback.models import Feedback


def _heard(ids: Sequence[int]) -> Mapping[int, Mark]:
    times: dict[int, list] = {i: [] for i in ids}  # type: ignore[type-arg]
    for pk, at in Feedback.objects.filter(pk__in=ids).values_list("pk", "received_at"):
        times[pk].append(at)
    for root, at in Feedback.objects.filter(root_id__in=ids).values_list("root_id", "received_at"):
        if root is not None:
            times[root].append(at)
    return {i: Mark(True, 1.0, len(t), min(t), max(t)) for i, t in times.items() if t}


def _objects(id_: int, limit: int) -> list[tuple[str, int]]:
    below = Feedback.objects.filter(root_id=id_).order_by("-received_at")
    return [
        ("feedback", id_),
        *(("feedback", i) for i in below.values_list("pk", flat=True)[: limit - 1]),
    ]


def register() -> None:
    registry.provide("feedback", HEARD, registry.Provider(_heard, _objects))
