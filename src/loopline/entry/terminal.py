"""What every command shares: saying something to a person, failing with a sentence, setting Django up."""

import os
import sys


class Failed(Exception):
    """The command could not do it; the message is a sentence for the person at the terminal."""


def setup() -> None:
    """Django, for commands that need the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loopline.entry.settings")
    import django

    django.setup()


def say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201
