"""Run inside a drill's home: seals and merges without a pause, and writes down each step it has done."""

import argparse
import sys
from pathlib import Path

from loopline.warehouse import sealing
from loopline.warehouse.tail_writer import now_us


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--once", action="store_true")
    args = parser.parse_args(argv)
    # Many seals and merges of few events.
    sealing.BATCH, sealing.TIER, sealing.AT_LEAST = 2_000, 3, 100
    with (args.home / "sealing.steps").open("a", buffering=1) as steps:
        while True:
            sealing.tend(
                args.home / "events", now=now_us(), at_least=1,
                note=lambda step: print(step, file=steps),
            )  # fmt: skip
            if args.once:
                return


if __name__ == "__main__":
    main(sys.argv[1:])
