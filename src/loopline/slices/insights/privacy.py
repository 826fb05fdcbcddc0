"""What the workspace wants kept of product events: which properties never, and how long the rest."""

from fnmatch import fnmatchcase

from loopline.platform.settings import ingest
from loopline.platform.settings.options import Option, offer, value
from loopline.slices.insights.models import PropertyName

LONGEST_DAYS = 3_660


def offered() -> None:
    """Put the option on the settings page; those the door reads as well are the platform's."""
    offer(
        Option(
            "events.retention_days", "Days product events are kept",
            "Older ones are taken out every night, for good; counts that were worked out before stay. 0 keeps all.",
            "number", 0, least=0, most=LONGEST_DAYS,
        ),
    )  # fmt: skip


def denied() -> list[str]:
    """The names and patterns that are never kept, in lower case."""
    return list(dict.fromkeys(name.lower() for name in ingest.kept().denied))


def retention_days() -> int:
    """How many days events are kept; 0 is for ever."""
    return int(value("events.retention_days"))


def denied_names() -> list[str]:
    """Every name the patterns mean: the plain ones, and those of the catalogue that fit."""
    patterns = denied()
    if not patterns:
        return []
    known = PropertyName.objects.values_list("name", flat=True).distinct()
    fitting = {n for n in known if any(fnmatchcase(n.lower(), p) for p in patterns)}
    return sorted(fitting | {p for p in patterns if not set(p) & set("*?[")})


def forget_denied() -> None:
    """The catalogue forgets properties that are never kept."""
    names = denied_names()
    if names:
        PropertyName.objects.filter(name__in=names).delete()
