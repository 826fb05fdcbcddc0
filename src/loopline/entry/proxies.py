"""Who really asks, behind a proxy: forwarded headers count only where LOOPLINE_TRUSTED_PROXIES names their sender."""

from collections.abc import MutableMapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

type Networks = tuple[IPv4Network | IPv6Network, ...]

# Nobody outside may say these for us: they would choose the address that rate limits count, or claim TLS.
FORWARDED = (
    "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REAL_IP", "HTTP_FORWARDED",
)  # fmt: skip
MOST_HOPS = 20


def networks(text: str) -> Networks:
    """From a list of addresses and ranges. Raises ValueError naming the one that is none."""
    try:
        return tuple(
            ip_network(part, strict=False)
            for part in text.replace(",", " ").replace(";", " ").split()
        )
    except ValueError as wrong:
        raise ValueError(
            f"LOOPLINE_TRUSTED_PROXIES lists addresses of proxies, such as 10.0.0.0/8: {wrong}."
        ) from None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _trusted(address: IPv4Address | IPv6Address | None, trusted: Networks) -> bool:
    return address is not None and any(address in network for network in trusted)


def settle(meta: MutableMapping[str, Any], trusted: Networks) -> None:
    """Set REMOTE_ADDR to the nearest sender that is no proxy of ours; drop what others claim to forward."""
    sender = _address(str(meta.get("REMOTE_ADDR", "")))
    if not _trusted(sender, trusted):
        for name in FORWARDED:
            meta.pop(name, None)
        return
    hops = str(meta.pop("HTTP_X_FORWARDED_FOR", "")).split(",")[-MOST_HOPS:]
    for hop in reversed(hops):
        found = _address(hop)
        if found is None:
            return
        meta["REMOTE_ADDR"] = str(found)
        if not _trusted(found, trusted):
            return
