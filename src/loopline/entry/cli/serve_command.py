"""`loopline serve`: one port, until signalled."""

import argparse
import os
import socket
from typing import Any

from loopline.entry.terminal import Failed, say, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)


def check_port(host: str, port: int) -> None:
    """Raises Failed with a sentence where the port is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            raise Failed(
                f"Port {port} on {host} is not free ({taken.strerror}). Choose another with --port."
            ) from None


def prepare() -> None:
    """Django set up and the tables of this version in place."""
    setup()
    from loopline.entry.cli.migrating import migrate

    migrate()


def run(args: argparse.Namespace) -> dict[str, Any]:
    if "LOOPLINE_BASE_URL" not in os.environ:
        os.environ["LOOPLINE_BASE_URL"] = f"http://{args.host}:{args.port}"
    check_port(args.host, args.port)
    prepare()
    from django.conf import settings
    from django.db import connections

    from loopline.entry.cli.migrating import locked
    from loopline.entry.supervisor import serve

    home = settings.LOOPLINE_HOME
    connections.close_all()
    with locked(home.path / "serve.lock", f"{{holder}} serves {home.path} already; stop it first."):
        say(f"Loopline serves {settings.BASE_URL} from {home.path}")
        code = serve(host=args.host, port=args.port)
    if code:
        raise Failed("Serving ended by itself.")
    return {"stopped": True}
