"""`loopline demo`: a throw-away home with the sample company, served at once; the real inputs follow behind."""

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
import urllib.request
import webbrowser
from typing import Any

from loopline.entry.cli.serve_command import check_port
from loopline.entry.terminal import say, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--as-of", help="the day the sample year ends, YYYY-MM-DD (default: today)")


def _announce(url: str, sign_ins: list[dict[str, str]], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"url": url, "sign_ins": sign_ins}), flush=True)
        return
    print(f"\n  Loopline is at {url}\n", flush=True)
    for one in sign_ins:
        print(f"  {one['role']:<8}  {one['email']:<28}  {one['password']}")
    print("\n  Ctrl-C ends it; nothing of it stays.\n", flush=True)


def _when_ready(url: str, then: Any) -> None:
    def wait() -> None:
        for _ in range(3_000):  # a busy machine may take minutes
            try:
                with urllib.request.urlopen(f"{url}/healthz", timeout=2):  # noqa: S310  our own address
                    then()
                    return
            except OSError:
                time.sleep(0.1)

    threading.Thread(target=wait, daemon=True).start()


def _ingest_key() -> str:
    from django.utils import timezone

    from loopline.platform.entrance.ingest_keys import create_ingest_key
    from loopline.platform.identity.actor import Actor

    actor, now = Actor.system("Demo"), timezone.now()
    name = f"Oakrow's product, {now:%H:%M:%S}"
    return create_ingest_key(actor=actor, name=name, now=now).value


def run(args: argparse.Namespace) -> None:
    check_port(args.host, args.port)
    url = f"http://{args.host}:{args.port}"
    own = args.home is None and "LOOPLINE_HOME" not in os.environ
    home = tempfile.mkdtemp(prefix="loopline-demo-") if own else os.environ.get("LOOPLINE_HOME", "")
    os.environ["LOOPLINE_HOME"] = home
    os.environ.setdefault("LOOPLINE_BASE_URL", url)
    os.environ.setdefault("LOOPLINE_SMTP_URL", f"file://{home}/mail")  # nothing of a demo leaves
    os.environ["LOOPLINE_DEMO"] = "1"
    usage = None
    try:
        setup()
        from django.conf import settings
        from django.db import connections

        from demo.load import load_sample, start_real_inputs
        from demo.usage import live
        from demo.usage.behind import Behind
        from loopline.entry.cli.migrating import migrate
        from loopline.entry.supervisor import serve

        usage = Behind(settings.LOOPLINE_EVENTS, args.as_of)
        migrate(backup=False)
        started = time.monotonic()
        sign_ins = load_sample(as_of=args.as_of)
        usage.show()
        start_real_inputs()
        say(f"The sample company took {time.monotonic() - started:.1f} s.")
        key = None if args.as_of else _ingest_key()
        connections.close_all()
        if key:
            _when_ready(url, lambda: live.start(settings.LOOPLINE_EVENTS, url, key))
        _when_ready(url, lambda: _announce(url, sign_ins, args.json))
        if not args.no_browser and sys.stdout.isatty():
            _when_ready(url, lambda: webbrowser.open(url))
        serve(host=args.host, port=args.port)
    finally:
        if usage:
            usage.stop()
        if own:
            shutil.rmtree(home, ignore_errors=True)
