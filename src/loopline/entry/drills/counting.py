"""Run inside a drill's home: publishes events, and works on them with a handler that is not idempotent.

A job whose effect were kept twice, or by half, shows in the table it writes.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from typing import ClassVar

from loopline.entry.terminal import setup

_TABLE = "CREATE TABLE IF NOT EXISTS drill_effect (number integer NOT NULL, whole integer NOT NULL)"
_BETWEEN = 0.006  # seconds between the two halves of the effect: where most kills fall


def _subscribe() -> None:
    from django.db import connection

    from loopline.platform.events import outbox

    @dataclass(frozen=True)
    class Counted(outbox.Event):
        type: ClassVar[str] = "drill.counted"
        number: int

    def count(event: Counted, happened: outbox.Happened) -> None:
        del happened
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO drill_effect VALUES (%s, 0)", [event.number])
            time.sleep(_BETWEEN)
            cursor.execute("UPDATE drill_effect SET whole = 1 WHERE number = %s", [event.number])

    outbox.subscribe(Counted, count)


def publish(first: int, count: int) -> None:
    """Publish numbered events as a service does: with their jobs, in one transaction."""
    from django.db import connection, transaction
    from django.utils import timezone

    from loopline.platform.events import outbox
    from loopline.platform.identity.actor import Actor, Role, Via

    kind = outbox.known_types()["drill.counted"]
    actor = Actor(Role.OWNER, Via.CLI, name="loopline dev drill")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_TABLE)
        events = [kind(number=n) for n in range(first, first + count)]  # type: ignore[call-arg]
        outbox.publish_many(events, actor=actor, now=timezone.now())


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=["publish", "work"])
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=0)
    args = parser.parse_args(argv)
    setup()
    _subscribe()
    if args.action == "publish":
        publish(args.first, args.count)
        return
    command = import_module("loopline.entry.cli.worker_command")  # by name: commands call drills
    command.run(argparse.Namespace(drain=False))


if __name__ == "__main__":
    main(sys.argv[1:])
