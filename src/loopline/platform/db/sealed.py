"""A text field whose value lies encrypted in the database: a copy without the key gives nothing away."""

import base64
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


def _box() -> Fernet:
    """Fernet under a key derived from the secret key by HKDF (RFC 5869)."""
    derive = HKDF(hashes.SHA256(), 32, b"loopline", b"sealed fields")
    return Fernet(base64.urlsafe_b64encode(derive.derive(settings.SECRET_KEY.encode())))


def opened(stored: str) -> str | None:
    """The plain value; None where it was sealed under another key."""
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken:
        return None


def seal(plain: bytes) -> bytes:
    """Bytes encrypted under this home's key, for what is kept but must not lie open in a copy."""
    return _box().encrypt(plain)


def unseal(stored: bytes) -> bytes | None:
    """The plain bytes; None where they were sealed under another key, or never."""
    try:
        return _box().decrypt(stored)
    except InvalidToken:
        return None


class SealedField(models.TextField):  # type: ignore[type-arg]
    """Reads empty where the key is not the one it was sealed with; `doctor` names what to reconnect."""

    def from_db_value(self, value: str | None, *_args: Any) -> str | None:
        return value if not value else opened(value) or ""

    def get_prep_value(self, value: Any) -> Any:
        plain = super().get_prep_value(value)
        return _box().encrypt(plain.encode()).decode() if plain else plain
