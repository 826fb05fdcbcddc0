"""The workspace's conventions for names, as options."""

from loopline.core.naming.rules import LONGEST, Convention
from loopline.core.naming.words import Style
from loopline.platform.settings.options import Option, offer, value

STYLES = (
    (Style.LOWER.value, "report exported: words, the object first"),
    (Style.SNAKE.value, "report_exported: snake_case"),
    (Style.TITLE.value, "Report Exported: Title Case"),
    (Style.CAMEL.value, "reportExported: camelCase"),
    (Style.NONE.value, "Any way"),
)
RULES = (
    ("style", "Written in another style"),
    ("order", "The verb stands first"),
    ("near", "Reads like another event"),
    ("characters", "A character that may not be there"),
    ("spaces", "Spaces too many"),
    ("length", "Too long"),
)


def offered() -> None:
    """Put the options on the settings page."""
    offer(
        Option(
            "naming.events", "Names of events",
            "Events named another way are listed in the catalogue with a better name; nothing is refused.",
            "choice", Style.LOWER.value, STYLES,
        ),
        Option(
            "naming.properties", "Names of properties", "The same for what events carry.",
            "choice", Style.SNAKE.value, STYLES,
        ),
        Option(
            "naming.forbidden", "Characters that may not be in a name", "Such as / or #; empty allows all.",
            "text", "",
        ),
        Option("naming.longest", "Longest name", "In characters.", "number", LONGEST, least=10, most=200),
    )  # fmt: skip


def for_events() -> Convention:
    return Convention(Style(value("naming.events")), _forbidden(), value("naming.longest"))


def for_properties() -> Convention:
    style = Style(value("naming.properties"))
    return Convention(style, _forbidden(), value("naming.longest"), verbs_last=False)


def _forbidden() -> str:
    return "".join(str(value("naming.forbidden")).split())
