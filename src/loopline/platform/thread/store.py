"""Keeping the read table right: touch what changed, in the same transaction."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction

from loopline.platform.thread import registry
from loopline.platform.thread.marks import EMPTY, Mark, furthest, is_closed, moved
from loopline.platform.thread.models import ThreadRow
from loopline.platform.thread.registry import Ref

_pending = threading.local()


def marks_of(object_type: str, ids: Sequence[int]) -> dict[int, list[Mark]]:
    """Seven marks per id, straight from the providers: at most one call per station."""
    found: dict[int, list[Mark]] = {i: [EMPTY] * 7 for i in ids}
    for station in range(7):
        provider = registry.provider(object_type, station)
        if provider is None or not ids:
            continue
        for id_, mark in provider.marks(ids).items():
            if id_ in found:
                found[id_][station] = mark
    return found


def _closure(refs: Iterable[Ref]) -> dict[str, set[int]]:
    seen: dict[str, set[int]] = {}
    edge: dict[str, set[int]] = {}
    for type_, id_ in refs:
        edge.setdefault(type_, set()).add(id_)
    while edge:
        nxt: dict[str, set[int]] = {}
        for type_, ids in edge.items():
            fresh = ids - seen.get(type_, set())
            seen.setdefault(type_, set()).update(fresh)
            for to in registry.spreads_of(type_) if fresh else []:
                for other, other_id in to(sorted(fresh)):
                    if other_id not in seen.get(other, set()):
                        nxt.setdefault(other, set()).add(other_id)
        edge = nxt
    return seen


def recompute(object_type: str, ids: Sequence[int]) -> None:
    """Write the lines of these objects anew."""
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        rows = [
            ThreadRow(
                object_type=object_type,
                object_id=id_,
                marks=[m.as_json() for m in marks],
                furthest=furthest(marks),
                closed=is_closed(marks),
                started_at=min((m.first for m in marks if m.first), default=None),
                moved_at=moved(marks),
            )
            for id_, marks in marks_of(object_type, part).items()
        ]
        ThreadRow.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["object_type", "object_id"],
            update_fields=["marks", "furthest", "closed", "started_at", "moved_at"],
        )


def touch(refs: Iterable[Ref]) -> None:
    """Something about these objects changed: bring every line that runs through them up to date."""
    held: set[Ref] | None = getattr(_pending, "refs", None)
    if held is not None:
        held.update(refs)
        return
    reached = _closure(refs)
    with transaction.atomic():
        for type_ in registry.stored_types():
            if reached.get(type_):
                recompute(type_, sorted(reached[type_]))


@contextmanager
def gathered() -> Iterator[None]:
    """Collect touches and bring the lines up to date once, at the end; for batches inside a transaction."""
    if getattr(_pending, "refs", None) is not None:
        yield
        return
    _pending.refs = set()
    try:
        yield
        refs = _pending.refs
    finally:
        _pending.refs = None
    touch(refs)
