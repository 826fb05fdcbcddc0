"""`python -m demo.usage FOLDER [--as-of DAY]`: the events into that folder; each line says how many of how many.

A process of its own, so that the demo serves meanwhile and the memory is given back.
"""

import argparse
import os
import sys
from pathlib import Path

from demo.clock import clock
from demo.usage.load import load


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.usage")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of")
    args = parser.parse_args()
    os.nice(5)  # pages first
    load(args.folder, now=clock(args.as_of), step=_say)


def _say(done: int, total: int) -> None:
    sys.stdout.write(f"{done} {total}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
