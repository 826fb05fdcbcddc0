"""Which addresses and ports may be reached: public ones, and what the operator opened by CIDR."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from loopline.core.problems import Invalid

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

WEB_PORTS = frozenset({80, 443, 8080, 8443})

# `is_global` differs between Python releases and says yes to multicast, translation prefixes and
# clouds' own service addresses, so what must stay closed is listed as well.
CLOSED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    ]
)
# Every other IPv6 range is local, reserved, multicast, or carries an IPv4 address inside
# (mapped, compatible, NAT64).
UNICAST6 = IPv6Network("2000::/3")


@dataclass(frozen=True)
class EgressPolicy:
    """What may be reached. `allow` opens those addresses on every port, and nothing else."""

    allow: tuple[Network, ...] = ()
    ports: frozenset[int] = WEB_PORTS
    smtp_url: str = ""

    def admits(self, address: str, port: int, ports: frozenset[int] | None = None) -> bool:
        """Whether one resolved address may be reached on this port."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        if any(parsed in network for network in self.allow):
            return True
        return port in (self.ports if ports is None else ports) and is_public(parsed)


def is_public(address: Address) -> bool:
    """Whether the address is a plain, globally routed host address."""
    if isinstance(address, IPv6Address) and (address.scope_id or address not in UNICAST6):
        return False
    return address.is_global and not any(address in network for network in CLOSED)


def policy_from_env(env: Mapping[str, str]) -> EgressPolicy:
    """The operator's policy from LOOPLINE_EGRESS_ALLOW (CIDR list) and LOOPLINE_SMTP_URL."""
    listed = re.split(r"[\s,;]+", env.get("LOOPLINE_EGRESS_ALLOW", "").strip())
    return EgressPolicy(
        allow=tuple(_network(entry) for entry in listed if entry),
        smtp_url=env.get("LOOPLINE_SMTP_URL", "").strip(),
    )


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        raise Invalid(
            LOOPLINE_EGRESS_ALLOW=(
                f"LOOPLINE_EGRESS_ALLOW holds “{text[:60]}”, which is no address range. "
                "Write ranges like 10.1.0.0/16 or fd00::/8, with commas between them."
            )
        ) from None
