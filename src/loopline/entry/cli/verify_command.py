"""`loopline verify`: check the database, the audit chain, the search and the lines."""

import argparse
import json
import sys
from typing import Any

from loopline.entry.cli.main import say, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> dict[str, Any]:
    setup()
    from loopline.entry.keeping.checks import verify

    found = verify()
    for name, findings in found.items():
        say(f"{name}: {'good' if not findings else ''}".rstrip())
        for finding in findings:
            say(f"  {finding}")
    wrong = [f for findings in found.values() for f in findings]
    answer = {"ok": not wrong, "checks": found}
    if wrong:
        if args.json:
            print(json.dumps(answer, ensure_ascii=False))
        say(f"{len(wrong)} {'thing does' if len(wrong) == 1 else 'things do'} not fit: {wrong[0]}")
        sys.exit(1)
    return answer
