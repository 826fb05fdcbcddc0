"""What a company keeps of its product events, as settings; read by the door every second and a half."""

import re
from dataclasses import dataclass

from loopline.platform.settings import options

DENIED = "ingest.denied_properties"
DOMAINS = "ingest.internal_domains"
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
            "Properties of events that are never kept",
            "Names, * for any letters, parted by blanks or commas: $ip, email, password*. They are taken out of"
            " events and profiles before anything is stored. IP addresses are left out by default.",
            "text",
            ", ".join(ADDRESSES),
        ),
        options.Option(
            DOMAINS,
            "E-mail domains of your own people",
            "Events of somebody with such an address get the property $internal, so that a filter can leave them"
            " out. Parted by blanks or commas.",
            "text",
            "",
        ),
    )


def kept() -> Kept:
    """The settings of now."""
    return Kept(_names(options.value(DENIED)), _names(options.value(DOMAINS)))


def _names(text: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[\s,;]+", text) if part)
