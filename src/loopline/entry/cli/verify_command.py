"""`loopline verify`: check the database, the audit chain, the search and the lines."""

import argparse
from typing import Any

from loopline.entry.terminal import Failed, say, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> dict[str, Any]:
    setup()
    from loopline.entry.keeping.checks import verify

    found = verify()
    for name, findings in found.items():
        say(f"{name}: {'good' if not findings else ''}")
        for finding in findings:
            say(f"  {finding}")
    wrong = [f for findings in found.values() for f in findings]
    if wrong:
        raise Failed(f"{len(wrong)} things do not fit: {wrong[0]}")
    del args
    return {"ok": True, "checks": dict.fromkeys(found, "good")}
