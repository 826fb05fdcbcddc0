"""What the sign-in page shows in a demo: its people, to look around as."""

import json
import os

from django import template

register = template.Library()


@register.simple_tag
def demo_people() -> list[dict[str, str]]:
    """The demo's sign-ins, from the environment of `loopline demo`; empty elsewhere."""
    raw = os.environ.get("LOOPLINE_DEMO_PEOPLE", "")
    found: list[dict[str, str]] = json.loads(raw) if raw else []
    return found
