"""What a company keeps of its product events, as settings; read by the door every second and a half."""

import re
from dataclasses import dataclass

from loopline.platform.settings import options

DENIED = "events.denied"
DOMAINS = "events.domains"
ADDRESSES = ("$ip", "ip", "ip_address", "$ip_address", "client_ip")


@dataclass(frozen=True, slots=True)
class Kept:
    """Names of properties that are left out, and the domains of the company's own people."""

    denied: tuple[str, ...]
    domains: tuple[str, ...]


def offer() -> None:
    """Register the settings."""
    options.offer(
        options.Option(
            DENIED,
            "Properties that are never kept",
            "One name a line, * stands for anything: email, phone*. They are left out of what comes in, and taken out"
            " of what is stored the next night. IP addresses are among them at first.",
            "text",
            "\n".join(ADDRESSES),
        ),
        options.Option(
            DOMAINS,
            "Our own people",
            "Domains of their e-mail addresses, one a line. Their events are marked with the property $internal, so"
            " that a filter can leave them out.",
            "text",
            "",
        ),
    )


def kept() -> Kept:
    """The settings of now."""
    return Kept(_names(options.value(DENIED)), _names(options.value(DOMAINS)))


def _names(text: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[\s,;]+", text) if part)
