"""`loopline dev drill [NAME]`: kill processes of a throw-away home for real, and print what was left."""

import argparse
import json
import signal
import sys
from typing import Any

from loopline.entry.terminal import say

DRILLS = ("worker-kill", "server-kill", "ingest-kill")


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    drill = actions.add_parser("drill", help="run one drill, or all")
    drill.add_argument("name", nargs="?", choices=DRILLS)
    drill.add_argument(
        "--rounds", type=int, help="how many kills (200 workers, 50 servers, 50 ingests)"
    )
    drill.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    drill.add_argument("--home", default=argparse.SUPPRESS, help="not used: drills make their own")


def _run(name: str, rounds: int | None) -> dict[str, Any]:
    from loopline.entry.drills import ingest_kill, server_kill, worker_kill

    if name == "worker-kill":
        return worker_kill.drill(max(rounds or worker_kill.ROUNDS, 1), say)
    if name == "ingest-kill":
        return ingest_kill.drill(max(rounds or ingest_kill.ROUNDS, 1), say)
    return server_kill.drill(max(rounds or server_kill.ROUNDS, 1), say)


def run(args: argparse.Namespace) -> dict[str, Any]:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends what a drill started, too
    figures = [_run(name, args.rounds) for name in ([args.name] if args.name else DRILLS)]
    for drilled in figures:
        say("  ".join(f"{name} {value}" for name, value in drilled.items()))
    answer = {"ok": all(drilled["ok"] for drilled in figures), "drills": figures}
    if not answer["ok"]:
        if args.json:
            print(json.dumps(answer))
        say("A drill lost or doubled something: see the figures above.")
        sys.exit(1)
    return answer
