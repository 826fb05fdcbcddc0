"""Secrets that are shown once: 256 random bits behind a prefix, with a checksum scanners can test."""

import hashlib
import secrets
import zlib

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _base62(number: int, width: int) -> str:
    out = ""
    for _ in range(width):
        number, rest = divmod(number, 62)
        out = ALPHABET[rest] + out
    return out


def new(prefix: str = "ll") -> str:
    """`ll_` + 43 characters + 6 of CRC-32, all base 62."""
    body = _base62(secrets.randbits(256), 43)
    return f"{prefix}_{body}{_base62(zlib.crc32(body.encode()), 6)}"


def well_formed(secret: str) -> bool:
    """Whether the checksum fits; a cheap test before the database is asked."""
    _, _, rest = secret.rpartition("_")
    body, check = rest[:-6], rest[-6:]
    return len(rest) == 49 and check == _base62(zlib.crc32(body.encode()), 6)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
