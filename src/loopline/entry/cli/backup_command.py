"""`loopline backup FILE`: a consistent copy while everything runs."""

import argparse
from pathlib import Path
from typing import Any

from loopline.entry.terminal import say, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file")
    parser.add_argument(
        "--with-key", action="store_true", help="add the key that opens credentials"
    )


def write_backup(file: Path, *, with_key: bool) -> dict[str, Any]:
    """A backup the program makes by itself, under a name that is free."""
    from loopline.entry.keeping.archive import write

    if file.exists():
        file = file.with_name(f"{file.stem}-{len(list(file.parent.glob('*')))}{file.suffix}")
    return write(file, with_key=with_key)


def run(args: argparse.Namespace) -> dict[str, Any]:
    setup()
    from loopline.entry.keeping.archive import write

    manifest = write(Path(args.file).resolve(), with_key=args.with_key)
    say(
        f"Wrote {args.file}{'' if args.with_key else ', without the key: credentials in it stay closed'}."
    )
    return {"file": args.file, **manifest}
