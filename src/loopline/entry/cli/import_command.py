"""`loopline import KIND FILE...`: bring files in, or with --dry-run say what would happen."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from loopline.entry.terminal import say, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind",
        help="feedback-csv, accounts-csv, hubspot, salesforce, github, "
        "events-csv, events-parquet, amplitude, mixpanel or posthog",
    )
    parser.add_argument("files", nargs="+")
    parser.add_argument(
        "--dry-run", action="store_true", help="write nothing, say what would happen"
    )
    parser.add_argument("--map", help='a JSON file {"field": "column"}; "=text" is a constant')
    parser.add_argument("--repo", default="", help="github: owner/name the files belong to")


def _mapping(path: str | None) -> dict[str, str]:
    from loopline.core.problems import Invalid

    if not path:
        return {}
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Invalid(map=f"{path} is not a JSON file.") from None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise Invalid(map='The mapping is an object {"field": "column"}.')
    return found


def _github(args: argparse.Namespace) -> dict[str, Any]:
    from django.utils import timezone

    from loopline.connectors.github.files import import_files
    from loopline.platform.identity.actor import Actor, Via

    paths = [Path(f) for f in args.files]
    repo = args.repo or f"{paths[0].resolve().parent.name}"
    report = import_files(
        actor=Actor.system("Import").through(Via.CLI), paths=paths, repo=repo, now=timezone.now(), dry_run=args.dry_run,
        step=lambda done, _total: say(f"{done:,} rows"),
    )  # fmt: skip
    return report.as_json()


def _file(args: argparse.Namespace, path: Path, mapping: dict[str, str]) -> dict[str, Any]:
    from django.utils import timezone

    from loopline.platform.identity.actor import Actor, Via
    from loopline.platform.imports.running import run as run_import

    got = run_import(
        actor=Actor.system("Import").through(Via.CLI),
        kind_key=args.kind,
        path=path,
        given=mapping,
        dry_run=args.dry_run,
        step=lambda rows, note="", **_: _shown(path.name, note or f"{rows:,} rows"),
        now=timezone.now(),
    )
    return {
        "file": path.name, "created": got.created, "changed": got.changed, "same": got.same,
        "bad": [{"line": n, "reason": r} for n, r in got.bad], "bad_count": got.bad_count, **got.more,
    }  # fmt: skip


def _shown(name: str, note: str) -> None:
    if sys.stderr.isatty():
        say(f"{name}: {note}")


def _told(one: dict[str, Any]) -> None:
    """What a kind that reads whole files says besides."""
    if "events" not in one:
        return
    span = f", from {one['first']} to {one['last']}" if one["first"] else ""
    print(f"  {one['events']:,} events of {one['persons']:,} persons{span}")
    for name, count in one["names"][:50]:
        print(f"  {count:>12,}  {name}")
    if len(one["names"]) > 50:
        print(f"  and {len(one['names']) - 50:,} more names")
    for note in one["notes"]:
        print(f"  {note}")


def run(args: argparse.Namespace) -> dict[str, Any]:
    setup()
    from loopline.entry.cli.migrating import migrate

    migrate()
    if args.kind == "github":
        found: dict[str, Any] = _github(args)
    else:
        mapping = _mapping(args.map)
        found = {"files": [_file(args, Path(f), mapping) for f in args.files]}
    found = {"kind": args.kind, "dry_run": args.dry_run, **found}
    if args.json:
        return found
    would = "Would bring in" if args.dry_run else "Brought in"
    for one in found.get("files", []):
        print(
            f"{would} {one['created']:,} new, {one['changed']:,} changed, {one['same']:,} "
            f"here already from {one['file']}."
        )
        _told(one)
        for bad in one["bad"][:20]:
            print(f"  line {bad['line']}: {bad['reason']}")
        if one["bad_count"] > 20:
            print(f"  and {one['bad_count'] - 20:,} more that cannot go in")
    if args.kind == "github":
        print(json.dumps({k: v for k, v in found.items() if k != "bad"}))
    return found
