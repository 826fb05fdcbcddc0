"""Reads that one page asks for several times, answered once. Only while a GET request is being answered."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """Keep answers until the end; nothing may be written inside that they depend on."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once[**P, T](read: Callable[P, T]) -> Callable[P, T]:
    """Remember what this read answered for these (hashable) arguments, within `reading()` only."""

    @wraps(read)
    def kept(*args: P.args, **kwargs: P.kwargs) -> T:
        known = _kept.get()
        if known is None:
            return read(*args, **kwargs)
        key = (read, args, tuple(sorted(kwargs.items())))
        if key not in known:
            known[key] = read(*args, **kwargs)
        answer: T = known[key]
        return answer

    return kept
