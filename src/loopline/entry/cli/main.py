"""The `loopline` command: one parser, each command in its own module, imported only when it is called."""

import argparse
import json
import os
import sys
from importlib import import_module
from typing import Any

from loopline.entry.terminal import Failed, say, setup

__all__ = ["Failed", "main", "parser", "say", "setup"]

COMMANDS = {
    "demo": "start a throw-away home with the sample company",
    "init": "make a home ready to use",
    "serve": "serve web, API and workers on one port",
    "sign-in-link": "print a single-use sign-in link",
    "ingest-key": "make or rotate keys the SDKs use",
    "token": "make API tokens",
    "import": "bring in a file",
    "sample": "load or remove the sample company",
    "backup": "write a consistent copy while running",
    "restore": "fill an empty home from a backup",
    "verify": "check data, audit chain and lines",
    "ship": "send sealed events to the database of LOOPLINE_EVENTS_URL",
    "doctor": "say what is wrong and what to do",
    "worker": "run background jobs",
    "desk": "answer questions about events",
    "test": "run the tests",
    "check": "format, lint, types, contracts, tests",
    "bench": "run the benchmarks",
    "dev": "drills and developers' helpers",
}


def _module(command: str) -> Any:
    return import_module(f"loopline.entry.cli.{command.replace('-', '_')}_command")


def _known(command: str) -> bool:
    from importlib.util import find_spec

    return find_spec(f"loopline.entry.cli.{command.replace('-', '_')}_command") is not None


def parser(only: str = "") -> argparse.ArgumentParser:
    """The parser; with `only`, the one command's arguments are loaded, which keeps starting quick."""
    top = argparse.ArgumentParser(
        prog="loopline", description="Loopline: one request from heard to told."
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, says in COMMANDS.items():
        if not _known(name):
            continue
        sub = commands.add_parser(name, help=says, description=says)
        sub.add_argument("--home", help="the data directory (default: LOOPLINE_HOME or ./var)")
        sub.add_argument("--json", action="store_true", help="one JSON document on stdout")
        if not only or only == name:
            _module(name).arguments(sub)
    return top


def main(argv: list[str] | None = None) -> None:
    """Run one command. Exit 0 done, 1 failed with a sentence, 2 wrong usage."""
    argv = sys.argv[1:] if argv is None else argv
    if argv and argv[0] in ("test", "bench"):  # their arguments belong to the tool behind them
        sys.exit(_module(argv[0]).passthrough(argv[1:]))
    args = parser(only=argv[0] if argv else "").parse_args(argv)
    if args.home:
        os.environ["LOOPLINE_HOME"] = args.home
    if args.command not in ("check", "dev"):
        # a home's files hold sessions and customers' words: nobody else on this machine reads them
        os.umask(0o077)
    from loopline.core.problems import Problem

    try:
        result = _module(args.command).run(args)
    except (Failed, Problem) as problem:
        say(str(problem))
        if args.json:
            print(json.dumps({"error": str(problem)}))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    if args.json and result is not None:
        print(json.dumps(result, ensure_ascii=False, default=str))


if __name__ == "__main__":
    main()
