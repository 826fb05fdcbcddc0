"""`loopline dev drill [NAME]`: kill processes of a throw-away home for real, and print what was left."""

import argparse
import json
import signal
import sys
from importlib import import_module
from typing import Any

from loopline.entry.terminal import say

DRILLS = ("worker-kill", "server-kill", "ingest-kill", "seal-kill")


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    drill = actions.add_parser("drill", help="run one drill, or all")
    drill.add_argument("name", nargs="?", choices=DRILLS)
    kills = "how many kills (200 workers, 50 servers, 50 ingests, 100 seals)"
    drill.add_argument("--rounds", type=int, help=kills)
    drill.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    drill.add_argument("--home", default=argparse.SUPPRESS, help="not used: drills make their own")


def _run(name: str, rounds: int | None) -> dict[str, Any]:
    module = import_module(f"loopline.entry.drills.{name.replace('-', '_')}")
    figures: dict[str, Any] = module.drill(max(rounds or module.ROUNDS, 1), say)
    return figures


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
