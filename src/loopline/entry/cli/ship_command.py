"""`loopline ship`: sends sealed events to the database that LOOPLINE_EVENTS_URL names."""

import argparse
import os
from typing import Any

from loopline.entry.terminal import Failed, say, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", help="the database (default: LOOPLINE_EVENTS_URL)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    setup()
    from django.conf import settings

    from loopline.warehouse import elsewhere

    url = args.url or os.environ.get(elsewhere.VARIABLE, "")
    if not url:
        raise Failed(f"{elsewhere.VARIABLE} is not set; it begins with {elsewhere.KINDS}.")
    try:
        files = elsewhere.push(settings.LOOPLINE_HOME.folder("events"), url)
    except ValueError as error:
        raise Failed(f"{error}.") from error
    except Exception as error:  # each database has its own
        raise Failed(f"Answers there stay as they were: {error}") from error
    count = f"{len(files)} segment{'s' if len(files) > 1 else ''} shipped."
    say(count if files else "Everything sealed is there already.")
    return {"shipped": files}
