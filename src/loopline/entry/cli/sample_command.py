"""`loopline sample load|remove`: the sample company in a home of one's own, and out again."""

import argparse
from typing import Any

from loopline.entry.terminal import Failed, say, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("load", "remove"))
    parser.add_argument("--as-of", help="the day the sample year ends, YYYY-MM-DD (default: today)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    setup()
    from django.utils import timezone

    from loopline.entry.cli.migrating import migrate
    from loopline.platform.identity.actor import Actor, Via

    migrate()
    if args.action == "remove":
        from loopline.entry.keeping.sample import remove

        gone = remove(actor=Actor.system("Sample").through(Via.CLI), now=timezone.now())
        say(f"Took out {sum(gone.values()):,} objects of the sample company.")
        return {"removed": gone}
    from loopline.slices.customers.queries import account_rows

    if account_rows().exists():
        raise Failed("This home has accounts already. Load the sample into a new home: --home DIR.")
    from django.conf import settings

    from demo.clock import clock
    from demo.finish import soon
    from demo.load import load_sample
    from demo.usage.load import load

    sign_ins = load_sample(as_of=args.as_of)
    events = load(settings.LOOPLINE_EVENTS, now=clock(args.as_of))
    soon(recompute=False)
    return {"sign_ins": sign_ins, "events": events}
