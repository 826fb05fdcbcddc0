"""The slice's own rituals and sessions."""

from loopline.slices.rituals.tests.conftest import past, ritual, session

__all__ = ["past", "ritual", "session"]
