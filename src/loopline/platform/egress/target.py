"""Reads an outgoing URL strictly, so that what is checked is what is connected to."""

import re
from ipaddress import IPv4Address

import httpx

from loopline.platform.egress.errors import Refused

LONGEST = 2048
UNCLEAR = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ufeff]")
HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_.])?", re.IGNORECASE)
NUMERIC_END = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$", re.IGNORECASE)
IPV6 = re.compile(r"[0-9a-f:.]+", re.IGNORECASE)


def parse_target(url: str) -> httpx.URL:
    """The URL taken apart, or `Refused` with what is wrong in it."""
    if len(url) > LONGEST:
        raise Refused(f"The address is longer than {LONGEST} characters.")
    if UNCLEAR.search(url):
        raise Refused("The address holds a space, a backslash or a control character.")
    if not url.lower().startswith(("http://", "https://")):
        raise Refused("The address must start with http:// or https://.")
    try:
        parsed = httpx.URL(url)
        port = parsed.port
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise Refused("The address cannot be read. Check how it is written.") from None
    if parsed.userinfo or b"@" in parsed.netloc:
        raise Refused("The address holds a user name or password. Put a token in a header instead.")
    if not (IPV6 if ":" in parsed.host else HOST_NAME).fullmatch(parsed.raw_host.decode("ascii")):
        raise Refused("The address has no host name that can be looked up.")
    if NUMERIC_END.search(parsed.host) and not _is_plain_ipv4(parsed.host):
        # Readers disagree about octal, hexadecimal and short forms, so none is guessed at.
        raise Refused("Write a numeric address as four numbers with dots, like 198.51.100.7.")
    if port is not None and not 0 < port < 65536:
        raise Refused("The port must lie between 1 and 65535.")
    return parsed.copy_with(fragment=None)


def port_of(target: httpx.URL) -> int:
    """The port to connect to, given or by scheme."""
    return target.port or (443 if target.scheme == "https" else 80)


def _is_plain_ipv4(host: str) -> bool:
    try:
        return str(IPv4Address(host)) == host
    except ValueError:
        return False
