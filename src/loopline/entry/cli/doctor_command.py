"""`loopline doctor`: what is wrong with this home, and what to do."""

import argparse
from dataclasses import asdict
from typing import Any

from loopline.entry.terminal import setup


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> dict[str, Any]:
    setup()
    from loopline.entry.keeping.doctor import doctor, pending_embeddings

    found = doctor()
    if not args.json:
        for s in found:
            print(f"{'  ok ' if s.ok else '  !! '} {s.name}: {s.says}")
            if not s.ok:
                print(f"       {s.do}")
    return {
        "ok": all(s.ok for s in found),
        "pending_embeddings": pending_embeddings(),
        "checks": [asdict(s) for s in found],
    }
