"""Who knows what about which station. Slices fill it when their apps are ready; later slices add to earlier types."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from loopline.platform.thread.marks import Mark

Ref = tuple[str, int]
Marks = Callable[[Sequence[int]], Mapping[int, Mark]]
Objects = Callable[[int, int], Sequence[Ref]]
Parents = Callable[[Sequence[int]], Mapping[int, Ref]]
Spread = Callable[[Sequence[int]], Iterable[Ref]]


@dataclass(frozen=True, slots=True)
class Provider:
    """`marks(ids)` answers only ids that have something there; `objects(id, limit)` what stands there."""

    marks: Marks
    objects: Objects


_PROVIDERS: dict[tuple[str, int], Provider] = {}
_STORED: list[str] = []
_PARENTS: dict[str, Parents] = {}
_SPREADS: dict[str, list[Spread]] = {}


def stored(object_type: str) -> None:
    """Lines of this type are kept in the read table, recomputed in the order of registration."""
    if object_type not in _STORED:
        _STORED.append(object_type)


def provide(object_type: str, station: int, provider: Provider) -> None:
    _PROVIDERS[(object_type, station)] = provider


def parent(object_type: str, parents: Parents) -> None:
    """Objects of this type ride on another's line, but for the stations they have providers for."""
    _PARENTS[object_type] = parents


def spread(object_type: str, to: Spread) -> None:
    """When objects of this type change, the lines of these others are recomputed too."""
    _SPREADS.setdefault(object_type, []).append(to)


def provider(object_type: str, station: int) -> Provider | None:
    return _PROVIDERS.get((object_type, station))


def parents_of(object_type: str) -> Parents | None:
    return _PARENTS.get(object_type)


def spreads_of(object_type: str) -> list[Spread]:
    return _SPREADS.get(object_type, [])


def stored_types() -> list[str]:
    return list(_STORED)


def has_line(object_type: str) -> bool:
    return (
        object_type in _STORED
        or object_type in _PARENTS
        or any(t == object_type for t, _ in _PROVIDERS)
    )
