"""People named in bodies."""

from loopline.core.problems import Invalid
from loopline.platform.identity.queries import people_by_id


def person_ref(raw: str | None, field: str) -> int | None:
    """A person's id in a body; nothing is nobody. Raises Invalid for the field."""
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) < 18 and people_by_id({int(raw)})):
        raise Invalid(**{field: f"{raw!r} is not the id of somebody here."})
    return int(raw)
