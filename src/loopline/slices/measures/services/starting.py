"""Installing the starter set."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loopline.platform.identity.actor import Actor


def install_starters(*, actor: Actor, mapping: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """Placeholder."""
    return {}
