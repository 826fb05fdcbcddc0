"""What can go wrong, in the product's own terms. `entry` maps each to one HTTP status and page."""

from collections.abc import Mapping
from typing import Any


class Problem(Exception):
    """Anything a person can be told in one sentence that says what to do."""

    def __init__(self, sentence: str, **facts: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.facts = facts


class Invalid(Problem):
    """Input that cannot be accepted; `errors` maps each field to its sentence. HTTP 422."""

    def __init__(self, sentence: str = "Some fields need another look.", /, **errors: str) -> None:
        super().__init__(next(iter(errors.values())) if len(errors) == 1 else sentence)
        self.errors: Mapping[str, str] = errors


class Missing(Problem):
    """There is no such thing, or not for this actor; both read the same. HTTP 404."""

    def __init__(self, what: str = "page") -> None:
        super().__init__(f"There is no such {what}, or you may not see it.")


class NotAllowed(Problem):
    """The actor may not do this. HTTP 403."""


class NotSignedIn(Problem):
    """Nobody is signed in, or the token is unknown, expired or revoked. HTTP 401."""


class Conflict(Problem):
    """The state of the object does not admit this now. HTTP 409."""


class Stale(Problem):
    """Somebody else changed the object since it was read; carries both values. HTTP 412."""

    def __init__(self, field: str, mine: object, theirs: object) -> None:
        super().__init__(
            f"Somebody changed {field.replace('_', ' ')} meanwhile. Look at both values, then choose.",
            field=field,
            mine=mine,
            theirs=theirs,
        )


class TooMany(Problem):
    """The actor has to wait; `retry_after` in seconds. HTTP 429."""

    def __init__(self, sentence: str, retry_after: int = 1) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Unavailable(Problem):
    """A part that is needed cannot be reached now. HTTP 503."""


class TooLarge(Problem):
    """More bytes than are accepted here. HTTP 413."""
